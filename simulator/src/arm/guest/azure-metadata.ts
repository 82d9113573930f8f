import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Tokens } from '../api/tokens.ts';
import type { Machine } from '../domain/resource.ts';

export interface AzureMetadataParts {
  readonly machine: Machine;
  readonly tokens: Tokens;
}

export interface RunningAzureMetadata {
  /** http://127.0.0.1:port, in the place of http://169.254.169.254 */
  readonly url: string;
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly body?: unknown;
}

/** The metadata service of one machine [Azure: Instance Metadata Service]. */
export async function startAzureMetadata(parts: AzureMetadataParts): Promise<RunningAzureMetadata> {
  const server = createServer((request, response) => {
    const { status, body = '' } = answer(request, parts);
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    request.resume();
    response.writeHead(status).end(text);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function answer(request: IncomingMessage, { machine, tokens }: AzureMetadataParts): Answer {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://metadata');
  const isForwarded = request.headers['x-forwarded-for'] !== undefined;
  if (request.headers['metadata'] !== 'true' || isForwarded) {
    return { status: 400, body: { error: 'Bad request. Required metadata header not specified' } };
  }
  if (searchParams.get('api-version') === null) return { status: 400, body: { error: 'version' } };
  switch (pathname) {
    case '/metadata/instance/compute/resourceId':
      return { status: 200, body: machine.id };
    case '/metadata/instance/compute/name':
      return { status: 200, body: machine.name };
    case '/metadata/scheduledevents':
      return { status: 200, body: scheduledEvents(machine) };
    case '/metadata/identity/oauth2/token':
      if (machine.spec.identityIds.length === 0) {
        return { status: 400, body: { error: 'invalid_request' } };
      }
      return { status: 200, body: tokens.issue() };
    default:
      return { status: 404 };
  }
}

function scheduledEvents({ name, evictedAtMs }: Machine): unknown {
  if (evictedAtMs === undefined) return { DocumentIncarnation: 1, Events: [] };
  const event = {
    EventId: `evict-${name}`,
    EventType: 'Preempt',
    ResourceType: 'VirtualMachine',
    Resources: [name],
    EventStatus: 'Scheduled',
    NotBefore: new Date(evictedAtMs).toUTCString(),
    EventSource: 'Platform',
  };
  return { DocumentIncarnation: 2, Events: [event] };
}
