import { createHash } from 'node:crypto';
import type { HttpRequest } from '../../s3/api/http-request.ts';
import { S3Error } from '../../s3/domain/s3-error.ts';
import type { Credential, Credentials } from '../../s3/signing/credentials.ts';
import { verifyRequest } from '../../s3/signing/verify-request.ts';
import { elements, type XmlValue } from '../../s3/xml/xml-writer.ts';
import { Ec2Error } from '../domain/ec2-error.ts';
import { describeInstances, describeNetworkInterfaces, describeVolumes } from './describe.ts';
import type { Ec2Action, Ec2World } from './ec2-call.ts';
import { QueryForm } from './query-form.ts';
import { deleteNetworkInterface, deleteVolume, terminateInstances } from './remove.ts';
import { runInstances } from './run-instances.ts';

export interface Ec2Service {
  readonly world: Ec2World;
  readonly credentials: Credentials;
  /** For signatures: clients sign by their own clock, however far the region's runs ahead. */
  readonly wallMs: () => number;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** A fault that cuts the connection instead of answering. */
export class CutConnection extends Error {}

const VERSION = '2016-11-15';
const NAMESPACE = `http://ec2.amazonaws.com/doc/${VERSION}/`;
const BODY_BYTES_MAX = 256 * 1024;

const actions: Readonly<Record<string, Ec2Action>> = {
  RunInstances: runInstances,
  DescribeInstances: describeInstances,
  DescribeVolumes: describeVolumes,
  DescribeNetworkInterfaces: describeNetworkInterfaces,
  TerminateInstances: terminateInstances,
  DeleteVolume: deleteVolume,
  DeleteNetworkInterface: deleteNetworkInterface,
};

/** Answers one signed request of the Query protocol. @returns the XML document */
export async function serveEc2(
  request: HttpRequest,
  service: Ec2Service,
  requestId: string,
): Promise<string> {
  const { world, sleep } = service;
  const body = await readBody(request);
  world.region.tick();
  const credential = verifyCaller(request, body, service);
  const form = QueryForm.parse(body);
  const name = form.text('Action');
  const action = actions[name];
  if (form.text('Version') !== VERSION || action === undefined) {
    const text = `The action ${name} is not valid for this web service.`;
    throw new Ec2Error('InvalidAction', text);
  }
  const faults = world.faults.take(name);
  for (const { delayMs } of faults) if (delayMs !== undefined) await sleep(delayMs, request.signal);
  if (faults.some(({ cut }) => cut === 'drop')) throw new CutConnection();
  const refused = faults.find(({ error }) => error !== undefined)?.error;
  if (refused !== undefined) throw new Ec2Error(refused.code, refused.message);
  const answer = action({ world, form, credential });
  if (faults.some(({ cut }) => cut === 'lose')) throw new CutConnection();
  return document(name, requestId, answer);
}

export function errorDocument(error: Ec2Error, requestId: string): string {
  const { code: Code, message: Message } = error;
  const content = elements({ Errors: { Error: { Code, Message } }, RequestID: requestId });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Response>${content}</Response>`;
}

function document(action: string, requestId: string, answer: XmlValue): string {
  const root = `${action}Response`;
  const content = elements({ requestId }) + elements(answer);
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="${NAMESPACE}">${content}</${root}>`;
}

async function readBody(request: HttpRequest): Promise<string> {
  const type = request.headers.get('content-type') ?? '';
  const isForm = type.startsWith('application/x-www-form-urlencoded');
  if (request.method !== 'POST' || request.rawPath !== '/' || !isForm) {
    throw new Ec2Error('InvalidAction', 'A form that is posted to / is expected');
  }
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of request.body()) {
    size += piece.byteLength;
    if (size > BODY_BYTES_MAX) throw new Ec2Error('InvalidParameterValue', 'the form is too long');
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

function verifyCaller(
  request: HttpRequest,
  body: string,
  { world, credentials, wallMs }: Ec2Service,
): Credential {
  const region = world.region.name;
  const nowMs = wallMs();
  const payloadHash = createHash('sha256').update(body).digest('hex');
  const verifier = { credentials, region, nowMs, service: 'ec2', payloadHash };
  try {
    return verifyRequest({ ...request, query: new Map() }, verifier).credential;
  } catch (error) {
    if (!(error instanceof S3Error)) throw error;
    const isLate = error.code === 'RequestTimeTooSkewed' || error.code === 'ExpiredToken';
    if (isLate) throw new Ec2Error('RequestExpired', 'Request has expired.');
    const text = 'AWS was not able to validate the provided access credentials';
    throw new Ec2Error('AuthFailure', `${text}: ${error.message}`);
  }
}
