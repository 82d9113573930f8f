import { request } from 'node:https';
import { AppError } from '../../errors/app-error.ts';
import type { JoinString } from './join-string.ts';
import { fetchPinnedCa } from './pinned-ca.ts';

/** What the controller makes of a token and a certificate request. */
export interface Enrolment {
  readonly workerId: string;
  readonly certificatePem: string;
  readonly caPem: string;
  /** host:port of the link (gRPC, client certificates). */
  readonly linkAddress: string;
  /** Told to appliances, where the controller knows; holds a password. */
  readonly natsUrl?: string;
}

const answerBytesMax = 256 * 1024;

/**
 * `POST /api/v1/enroll`. Safe to repeat with the same token and key for ten
 * minutes: the controller answers with the same certificate.
 */
export async function enroll(
  join: JoinString,
  csr: Uint8Array,
  signal: AbortSignal,
): Promise<Enrolment> {
  const caPem = await fetchPinnedCa(join.controllerUrl, join.caPin, signal);
  const body = JSON.stringify({ token: join.token, csr: Buffer.from(csr).toString('base64') });
  const answer = await post(new URL('/api/v1/enroll', join.controllerUrl), body, caPem, signal);
  if (answer.status >= 500) {
    throw new AppError('E_CONTROLLER_UNREACHABLE', `enrolment was answered ${answer.status}`);
  }
  if (answer.status >= 300) throw new AppError('E_ENROLMENT_REFUSED', refusal(answer));
  return { ...decodeEnrolment(answer.text), caPem };
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

async function post(url: URL, body: string, ca: string, signal: AbortSignal): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const headers = { 'content-type': 'application/json', accept: 'application/json' };
  const call = request(url, { method: 'POST', ca, headers, signal, agent: false }, (response) => {
    let text = '';
    response.setEncoding('utf8');
    response.on('data', (part: string) => {
      text += part;
      if (text.length > answerBytesMax) response.destroy(new Error('answer is too long'));
    });
    response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    response.on('error', reject);
  });
  call.on('error', reject);
  call.end(body);
  try {
    return await promise;
  } catch (cause) {
    throw new AppError('E_CONTROLLER_UNREACHABLE', `no answer from ${url.host}`, { cause });
  }
}

function refusal(answer: Answer): string {
  const problem = parse(answer.text);
  const detail = problem['detail'] ?? problem['title'];
  return typeof detail === 'string' ? detail : `enrolment was answered ${answer.status}`;
}

function decodeEnrolment(text: string): Omit<Enrolment, 'caPem'> {
  const { workerId, certificatePem, linkAddress, natsUrl } = parse(text);
  if (
    typeof workerId !== 'string' ||
    typeof certificatePem !== 'string' ||
    typeof linkAddress !== 'string'
  ) {
    throw new AppError('E_ENROLMENT_REFUSED', 'the answer to the enrolment is incomplete');
  }
  const bus = typeof natsUrl === 'string' ? { natsUrl } : {};
  return { workerId, certificatePem, linkAddress, ...bus };
}

function parse(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
