import type { HttpRequest } from '../../s3/api/http-request.ts';
import { ArmError, badRequest } from '../domain/arm-error.ts';
import type { ArmCall, ArmReply, ArmWorld } from './arm-call.ts';
import { listPermissions, listResources, servePart } from './resources.ts';
import type { Tokens } from './tokens.ts';
import { listMachines, serveMachine, serveOperation } from './virtual-machines.ts';

/** A fault that cuts the connection instead of answering. */
export class CutConnection extends Error {}

export interface ArmService {
  readonly world: ArmWorld;
  readonly tokens: Tokens;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

const BODY_BYTES_MAX = 4 * 1024 * 1024;

/** Answers one request that bears a token. */
export async function serveArm(
  request: HttpRequest,
  { world, tokens, sleep }: ArmService,
): Promise<ArmReply> {
  const body = await readBody(request);
  world.group.tick();
  if (!tokens.isGood(request.headers.get('authorization'))) {
    const text = 'The access token is missing, unknown or expired.';
    throw new ArmError(401, 'InvalidAuthenticationToken', text);
  }
  const query = new URLSearchParams(request.rawQuery);
  if (!/^\d{4}-\d\d-\d\d$/.test(query.get('api-version') ?? '')) {
    const text = 'The api-version query parameter (?api-version=) is required for all requests.';
    throw new ArmError(400, 'MissingApiVersionParameter', text);
  }
  const fault = world.faults.take(request.method);
  if (fault?.delayMs !== undefined) await sleep(fault.delayMs, request.signal);
  if (fault?.cut === 'drop') throw new CutConnection();
  if (fault?.refuse !== undefined && request.method !== 'PUT') {
    throw new ArmError(fault.refuse.status, fault.refuse.code, fault.refuse.message);
  }
  const { method, headers } = request;
  const path = decodeURIComponent(request.rawPath);
  const reply = route({ world, method, path, query, headers, fault, body: parse(body) });
  if (fault?.cut === 'lose') throw new CutConnection();
  return reply;
}

function route(call: ArmCall): ArmReply {
  const { world, path } = call;
  const [, operation] =
    /^\/subscriptions\/[^/]+\/providers\/Microsoft\.Compute\/locations\/[^/]+\/operations\/([^/]+)$/i.exec(
      path,
    ) ?? [];
  if (operation !== undefined) return serveOperation(world, operation);
  if (!path.toLowerCase().startsWith(world.group.path.toLowerCase())) {
    throw new ArmError(404, 'ResourceGroupNotFound', `no resource group at '${path}'`);
  }
  const below = path.slice(world.group.path.length).replace(/^\//, '');
  const [, provider, kind, name, ...more] = below.split('/');
  if (below.toLowerCase() === 'resources') return listResources(call);
  if (more.length > 0) throw new ArmError(404, 'NotFound', path);
  switch (`${provider}/${kind}`.toLowerCase()) {
    case 'microsoft.compute/virtualmachines':
      return name === undefined ? listMachines(call) : serveMachine(call, name);
    case 'microsoft.compute/disks':
      return servePart(call, 'Microsoft.Compute/disks', name ?? '');
    case 'microsoft.network/networkinterfaces':
      return servePart(call, 'Microsoft.Network/networkInterfaces', name ?? '');
    case 'microsoft.authorization/permissions':
      return listPermissions(call);
    default:
      throw new ArmError(404, 'InvalidResourceType', `'${provider}/${kind}' is not known here`);
  }
}

async function readBody(request: HttpRequest): Promise<string> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of request.body()) {
    size += piece.byteLength;
    if (size > BODY_BYTES_MAX) throw badRequest('the body is too long');
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

function parse(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw badRequest('the body is no JSON');
  }
}
