import type { GraphRequest } from './dispatcher.ts';
import type { Caller, GraphCall, GraphRoute, Quirk } from './graph-call.ts';
import { badRequest } from './graph-error.ts';
import { readOptions } from './odata-options.ts';
import type { RouteMatch } from './route-table.ts';

const JSON_LIMIT_BYTES = 4 * 1024 * 1024;

/** A call as its handler sees it; refuses options that its route does not document. */
export function makeGraphCall(
  request: GraphRequest,
  match: RouteMatch<GraphRoute>,
  frame: { requestId: string; caller: Caller; quirks: ReadonlySet<Quirk> },
): GraphCall {
  const preferences = readPreferences(request.headers.get('prefer'));
  return {
    ...request,
    root: `${request.origin}/${request.version}`,
    selfUrl: `${request.origin}/${request.version}${request.resource}`,
    caller: frame.caller,
    quirks: frame.quirks,
    requestId: frame.requestId,
    options: readOptions(request.query, match.route.query),
    param: (name) => {
      const value = match.params.get(name);
      if (value === undefined) throw new Error(`route ${match.route.pattern} has no {${name}}`);
      return value;
    },
    argument: (name) => match.args.get(name.toLowerCase()),
    prefers: (preference) => preferences.has(normalise(preference)),
    preference: (name) => findParameter(preferences, name),
    readJson: (limitBytes = JSON_LIMIT_BYTES) => readJsonObject(request, limitBytes),
  };
}

function normalise(preference: string): string {
  return preference.replaceAll(/["\s]/g, '').toLowerCase();
}

/** `a="x", b=1` → {`a=x`, `b=1`}: quotes and case do not matter. */
function readPreferences(header: string | undefined): ReadonlySet<string> {
  return new Set(
    (header ?? '')
      .split(/[,;]/)
      .map(normalise)
      .filter((part) => part !== ''),
  );
}

function findParameter(preferences: ReadonlySet<string>, name: string): string | undefined {
  const stem = `${name.toLowerCase()}=`;
  return [...preferences].find((part) => part.startsWith(stem))?.slice(stem.length);
}

async function readJsonObject(
  request: GraphRequest,
  limitBytes: number,
): Promise<Readonly<Record<string, unknown>>> {
  const type = request.headers.get('content-type') ?? '';
  if (!/^application\/(?:[\w.+-]+\+)?json\b/i.test(type)) {
    throw badRequest(
      `A valid content type (application/json) is required, not '${type}'.`,
      'RequestBroker--ParseUri',
    );
  }
  const text = new TextDecoder().decode(await request.body.bytes(limitBytes));
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw badRequest('Unable to read JSON request payload.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw badRequest('Unable to read JSON request payload: an object is expected.');
  }
  return value as Readonly<Record<string, unknown>>;
}
