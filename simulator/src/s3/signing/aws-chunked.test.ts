import { describe, expect, it } from 'vitest';
import { type ChunkedPlan, decodeChunked } from './aws-chunked.ts';
import { signingKey } from './signature.ts';

// The examples of [Amazon S3 API: Transferring Payload in Multiple Chunks; Including Trailing
// Headers]: 66,560 letters "a" in chunks of 65,536, 1,024 and 0 bytes.
const scope = { day: '20130524', region: 'us-east-1', service: 's3' };
const key = signingKey('wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', scope);
const context = { key, timestamp: '20130524T000000Z', scope };

const SEED = '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9';
const SIGNATURES = [
  'ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648',
  '0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497',
  'b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9',
];
const TRAILER_SEED = '106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e';
const TRAILER_SIGNATURES = [
  'b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2',
  '1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7',
  '2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992',
];
const TRAILER_LINES =
  'x-amz-checksum-crc32c:sOO8/Q==\r\nx-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n';

function body(signatures: readonly string[], trailer = ''): string {
  const chunks = [65_536, 1024, 0].map((sizeBytes, i) => {
    const head = `${sizeBytes.toString(16)};chunk-signature=${signatures[i]}\r\n`;
    return sizeBytes === 0 ? head : `${head}${'a'.repeat(sizeBytes)}\r\n`;
  });
  return `${chunks.join('')}${trailer}\r\n`;
}

async function* pieces(text: string, pieceBytes: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text, 'latin1');
  for (let at = 0; at < bytes.byteLength; at += pieceBytes) {
    yield bytes.subarray(at, at + pieceBytes);
  }
}

interface Decoding extends Partial<ChunkedPlan> {
  readonly pieceBytes?: number;
}

async function decode(text: string, { pieceBytes = 4096, ...plan }: Decoding = {}) {
  const trailer = new Map<string, string>();
  const decoded: Uint8Array[] = [];
  const full: ChunkedPlan = {
    decodedBytes: 66_560,
    onTrailer: (came) => {
      for (const [name, value] of came) trailer.set(name, value);
    },
    ...plan,
  };
  for await (const piece of decodeChunked(pieces(text, pieceBytes), full)) {
    decoded.push(Uint8Array.from(piece));
  }
  return { text: Buffer.concat(decoded).toString('latin1'), trailer };
}

async function codeOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => 'accepted',
    (error: { code?: unknown }) => error.code,
  );
}

const signing = { context, seedSignature: SEED };
const trailing = {
  signing: { context, seedSignature: TRAILER_SEED },
  trailerNames: ['x-amz-checksum-crc32c'],
};

describe('signed chunks', () => {
  it.each([1, 7, 4096, 1_000_000])(
    'decodes the example in pieces of %i bytes',
    async (pieceBytes) => {
      const { text } = await decode(body(SIGNATURES), { signing, pieceBytes });
      expect(text).toBe('a'.repeat(66_560));
    },
  );

  it('decodes the example with a signed trailer', async () => {
    const { text, trailer } = await decode(body(TRAILER_SIGNATURES, TRAILER_LINES), trailing);
    expect(text).toHaveLength(66_560);
    expect(trailer).toEqual(new Map([['x-amz-checksum-crc32c', 'sOO8/Q==']]));
  });

  it.each([0, 1, 2])('refuses a wrong signature of chunk %i', async (wrong) => {
    const signatures = SIGNATURES.with(wrong, 'f'.repeat(64));
    expect(await codeOf(decode(body(signatures), { signing }))).toBe('SignatureDoesNotMatch');
  });

  it('refuses changed bytes, a changed trailer and a missing trailer signature', async () => {
    const changed = body(SIGNATURES).replace('aaa', 'aba');
    expect(await codeOf(decode(changed, { signing }))).toBe('SignatureDoesNotMatch');
    const trailer = TRAILER_LINES.replace('sOO8', 'sOO9');
    expect(await codeOf(decode(body(TRAILER_SIGNATURES, trailer), trailing))).toBe(
      'SignatureDoesNotMatch',
    );
    const unsigned = `${TRAILER_LINES.split('\r\n')[0]}\r\n`;
    expect(await codeOf(decode(body(TRAILER_SIGNATURES, unsigned), trailing))).toBe(
      'SignatureDoesNotMatch',
    );
  });

  it('refuses a body that is cut short anywhere', async () => {
    const whole = body(TRAILER_SIGNATURES, TRAILER_LINES);
    for (const cut of [1, 50, 90, 40_000, 65_700, whole.length - 100, whole.length - 1]) {
      expect(await codeOf(decode(whole.slice(0, cut), trailing))).not.toBe('accepted');
    }
    expect(await codeOf(decode(`${whole}x`, trailing))).toBe('IncompleteBody');
  });

  it('refuses another length than the decoded length that was announced', async () => {
    for (const decodedBytes of [66_559, 66_561]) {
      expect(await codeOf(decode(body(SIGNATURES), { signing, decodedBytes }))).toBe(
        'IncompleteBody',
      );
    }
  });
});

describe('unsigned chunks', () => {
  it('takes a trailer that was announced, and no other', async () => {
    const text = '3\r\nabc\r\n0\r\nx-amz-checksum-crc32:NSRBwg==\r\n\r\n';
    const plan = { decodedBytes: 3, trailerNames: ['x-amz-checksum-crc32'] };
    expect((await decode(text, plan)).text).toBe('abc');
    expect(await codeOf(decode(text, { ...plan, trailerNames: ['x-amz-checksum-sha1'] }))).toBe(
      'MalformedTrailerError',
    );
  });

  it('refuses a small chunk that is not the last', async () => {
    const text = '3\r\nabc\r\n3\r\nabc\r\n0\r\n\r\n';
    expect(await codeOf(decode(text, { decodedBytes: 6 }))).toBe('InvalidChunkSizeError');
  });
});
