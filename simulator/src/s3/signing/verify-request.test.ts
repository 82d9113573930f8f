import { describe, expect, it } from 'vitest';
import { canonicalRequest, parseQuery } from './canonical-request.ts';
import { Credentials } from './credentials.ts';
import { signingKey, signRequest } from './signature.ts';
import { type IncomingSigned, verifyRequest } from './verify-request.ts';

// The examples of [Amazon S3 API: Authenticating Requests (AWS Signature Version 4)].
const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const HOST = 'examplebucket.s3.amazonaws.com';
const MOMENT_MS = Date.parse('2013-05-24T00:00:00Z');
const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const ACCESS_KEY = 'AKIAIOSFODNN7EXAMPLE';

const credentials = new Credentials();
credentials.put({ accessKeyId: ACCESS_KEY, secretAccessKey: SECRET, deny: [] });

interface Example {
  readonly method?: string;
  readonly path: string;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signedHeaders: string;
  readonly signature: string;
}

function request(example: Example): IncomingSigned {
  const { method = 'GET', path, query = '', headers = {} } = example;
  const authorization = `AWS4-HMAC-SHA256 Credential=${ACCESS_KEY}/20130524/us-east-1/s3/aws4_request,SignedHeaders=${example.signedHeaders},Signature=${example.signature}`;
  const all = {
    host: HOST,
    'x-amz-content-sha256': EMPTY,
    'x-amz-date': '20130524T000000Z',
    authorization,
    ...headers,
  };
  return {
    method,
    rawPath: path,
    rawQuery: query,
    query: new Map(parseQuery(query)),
    headers: new Map(Object.entries(all)),
  };
}

const verify = (signed: IncomingSigned, nowMs = MOMENT_MS, region = 'us-east-1') =>
  verifyRequest(signed, { credentials, region, nowMs });

function codeOf(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return (error as { code: unknown }).code;
  }
  return 'accepted';
}

const getObject: Example = {
  path: '/test.txt',
  headers: { range: 'bytes=0-9' },
  signedHeaders: 'host;range;x-amz-content-sha256;x-amz-date',
  signature: 'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
};

const PRESIGNED_QUERY =
  'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404';

const presigned: IncomingSigned = {
  method: 'GET',
  rawPath: '/test.txt',
  rawQuery: PRESIGNED_QUERY,
  query: new Map(parseQuery(PRESIGNED_QUERY)),
  headers: new Map([['host', HOST]]),
};

describe('the published examples', () => {
  it.each<[string, Example]>([
    ['GET Object', getObject],
    [
      'PUT Object',
      {
        method: 'PUT',
        path: '/test%24file.text',
        headers: {
          date: 'Fri, 24 May 2013 00:00:00 GMT',
          'x-amz-storage-class': 'REDUCED_REDUNDANCY',
          'x-amz-content-sha256':
            '44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072',
        },
        signedHeaders: 'date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class',
        signature: '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
      },
    ],
    [
      'GET Bucket Lifecycle',
      {
        path: '/',
        query: 'lifecycle',
        signedHeaders: 'host;x-amz-content-sha256;x-amz-date',
        signature: 'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
      },
    ],
    [
      'Get Bucket (List Objects)',
      {
        path: '/',
        query: 'max-keys=2&prefix=J',
        signedHeaders: 'host;x-amz-content-sha256;x-amz-date',
        signature: '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
      },
    ],
  ])('accepts %s', (_name, example) => {
    expect(verify(request(example)).credential.accessKeyId).toBe(ACCESS_KEY);
  });

  it('accepts the presigned URL', () => {
    expect(verify(presigned)).toMatchObject({ presigned: true, payload: { kind: 'unsigned' } });
  });
});

describe('refusals', () => {
  it('refuses a request that was changed after signing', () => {
    const changes: Partial<IncomingSigned>[] = [
      { method: 'PUT' },
      { rawPath: '/test.tx' },
      { rawQuery: 'acl' },
      { headers: new Map([...request(getObject).headers, ['range', 'bytes=0-8']]) },
    ];
    for (const change of changes) {
      expect(codeOf(() => verify({ ...request(getObject), ...change }))).toBe(
        'SignatureDoesNotMatch',
      );
    }
  });

  it('refuses a clock that is more than 15 minutes off, and not one of 15 minutes', () => {
    const code = (offsetMs: number) =>
      codeOf(() => verify(request(getObject), MOMENT_MS + offsetMs));
    expect(code(15 * 60_000)).toBe('accepted');
    expect(code(-15 * 60_000)).toBe('accepted');
    expect(code(15 * 60_000 + 1)).toBe('RequestTimeTooSkewed');
    expect(code(-15 * 60_000 - 1)).toBe('RequestTimeTooSkewed');
  });

  it('refuses a presigned URL after its end, and long before its begin', () => {
    const code = (offsetMs: number) => codeOf(() => verify(presigned, MOMENT_MS + offsetMs));
    expect(code(86_400_000)).toBe('accepted');
    expect(code(86_400_001)).toBe('AccessDenied');
    expect(code(-15 * 60_000 - 1)).toBe('AccessDenied');
  });

  it('names what is wrong with who signed', () => {
    const signed = request(getObject);
    const authorization = signed.headers.get('authorization') ?? '';
    const as = (text: string) => ({
      ...signed,
      headers: new Map([...signed.headers, ['authorization', text]]),
    });
    expect(codeOf(() => verify(signed, MOMENT_MS, 'eu-central-1'))).toBe(
      'AuthorizationHeaderMalformed',
    );
    expect(codeOf(() => verify(as(authorization.replace(ACCESS_KEY, 'OTHER'))))).toBe(
      'InvalidAccessKeyId',
    );
    expect(codeOf(() => verify(as('AWS OTHER:x')))).toBe('InvalidRequest');
    expect(codeOf(() => verify(as(authorization.replace('range;', ''))))).toBe(
      'SignatureDoesNotMatch',
    );
    expect(codeOf(() => verify({ ...signed, headers: new Map([['host', HOST]]) }))).toBe(
      'AccessDenied',
    );
    expect(codeOf(() => verify({ ...signed, query: presigned.query }))).toBe('InvalidArgument');
  });

  it('refuses x-amz- headers that are not signed', () => {
    const headers = new Map([...request(getObject).headers, ['x-amz-meta-a', 'b']]);
    expect(codeOf(() => verify({ ...request(getObject), headers }))).toBe('AccessDenied');
  });

  it('wants the session token of temporary credentials', () => {
    const temporary = new Credentials();
    temporary.put({
      accessKeyId: ACCESS_KEY,
      secretAccessKey: SECRET,
      sessionToken: 'token',
      deny: [],
    });
    const verifier = { credentials: temporary, region: 'us-east-1', nowMs: MOMENT_MS };
    expect(codeOf(() => verifyRequest(request(getObject), verifier))).toBe('InvalidToken');
  });
});

describe('canonical requests', () => {
  it('encodes the path once, sorts the query and trims headers', () => {
    const canonical = canonicalRequest({
      method: 'GET',
      rawPath: '/a%20b/./c//d+e%2Ff',
      rawQuery: 'b=2&a=%7E!&a&B=1',
      headers: new Map([['x-amz-meta-a', '  two   words ']]),
      signedHeaders: ['x-amz-meta-a'],
      payloadHash: 'UNSIGNED-PAYLOAD',
    });
    expect(canonical.toString()).toBe(
      'GET\n/a%20b/./c//d%2Be/f\nB=1&a=&a=~%21&b=2\nx-amz-meta-a:two words\n\nx-amz-meta-a\nUNSIGNED-PAYLOAD',
    );
  });

  it('signs as the documented example does', () => {
    const scope = { day: '20130524', region: 'us-east-1', service: 's3' };
    const context = { key: signingKey(SECRET, scope), timestamp: '20130524T000000Z', scope };
    const canonical = canonicalRequest({
      ...request(getObject),
      signedHeaders: getObject.signedHeaders.split(';'),
      payloadHash: EMPTY,
    });
    expect(signRequest(context, canonical)).toBe(getObject.signature);
  });
});
