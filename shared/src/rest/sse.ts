/** One event of a text/event-stream. */
export interface ServerSentEvent {
  readonly id: string | undefined;
  readonly event: string;
  readonly data: string;
}

/**
 * Parses an event stream as the HTML standard defines it (comments are left
 * out, CR LF and LF end lines). Memory is bounded by the longest event.
 */
export async function* parseServerSentEvents(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<ServerSentEvent> {
  let fields = emptyFields();
  for await (const line of linesOf(chunks)) {
    if (line !== '') {
      fields = withLine(fields, line);
      continue;
    }
    if (fields.data.length > 0) {
      yield { id: fields.id, event: fields.event, data: fields.data.join('\n') };
    }
    fields = emptyFields();
  }
}

interface Fields {
  readonly id: string | undefined;
  readonly event: string;
  readonly data: readonly string[];
}

function emptyFields(): Fields {
  return { id: undefined, event: 'message', data: [] };
}

function withLine(fields: Fields, line: string): Fields {
  const colon = line.indexOf(':');
  const name = colon < 0 ? line : line.slice(0, colon);
  const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
  if (name === 'data') return { ...fields, data: [...fields.data, value] };
  if (name === 'event') return { ...fields, event: value };
  if (name === 'id') return { ...fields, id: value };
  return fields;
}

async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split(/\r?\n/);
    rest = lines.pop() ?? '';
    yield* lines;
  }
}
