import { request as requestPlainly } from 'node:http';
import { request as requestSafely } from 'node:https';

export interface FormPost {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** PEM of a private CA; the system's are not asked then. */
  readonly caPem?: string | undefined;
  readonly signal: AbortSignal;
}

const replyBytesMax = 1 << 20;

/** One POST, never repeated. Fails as node:http does. */
export async function postForm(
  post: FormPost,
): Promise<{ readonly status: number; readonly text: string }> {
  const { url, headers, body, caPem, signal } = post;
  const options = { method: 'POST', headers, signal, ...(caPem !== undefined && { ca: caPem }) };
  const request = (url.protocol === 'http:' ? requestPlainly : requestSafely)(url, options);
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; text: string }>();
  request.on('error', reject);
  request.on('response', (response) => {
    let text = '';
    response.setEncoding('utf8');
    response.on('error', reject);
    response.on('data', (part: string) => {
      text += part;
      if (text.length > replyBytesMax) response.destroy(new Error('the reply is too long'));
    });
    response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
  });
  request.end(body);
  return promise;
}
