import { parseArgs } from 'node:util';

/** Where the bytes of objects go; `discard` keeps lengths and checksums only. */
export type BodyMode = 'memory' | 'disk' | 'discard';

/** How an S3 server is started. */
export interface S3Config {
  /** 0: any free port. */
  readonly port: number;
  readonly host: string;
  /** Folder for ca.pem and, with bodies on disk, for their folder. */
  readonly dataDir: string;
  readonly tls: boolean;
  readonly region: string;
  /** Buckets are host names below it. */
  readonly domain: string;
  readonly accessKeyId: string;
  /** Absent: one is made up. */
  readonly secretAccessKey: string | undefined;
  readonly bodies: BodyMode;
  /** ETags that are no MD5 sums. */
  readonly opaqueEtags: boolean;
  /** Made at the start. */
  readonly buckets: readonly string[];
  readonly latencyMs: number;
  readonly jitterMs: number;
  readonly seed: string;
}

const OPTIONS = {
  port: { type: 'string', default: '0' },
  host: { type: 'string', default: '127.0.0.1' },
  data: { type: 'string', default: '.s3' },
  tls: { type: 'boolean', default: false },
  region: { type: 'string', default: 'us-east-1' },
  domain: { type: 'string', default: 's3.localhost' },
  'access-key': { type: 'string', default: 'AKIASIMULATED0000001' },
  'secret-key': { type: 'string' },
  bodies: { type: 'string', default: 'disk' },
  'opaque-etags': { type: 'boolean', default: false },
  bucket: { type: 'string', multiple: true, default: [] as string[] },
  'latency-ms': { type: 'string', default: '0' },
  'jitter-ms': { type: 'string', default: '0' },
  seed: { type: 'string', default: '1' },
} as const;

/** Reads the command line; an unknown option or a bad value is an error. */
export function readS3Config(args: readonly string[]): S3Config {
  const { values } = parseArgs({ args: [...args], options: OPTIONS, strict: true });
  return {
    port: count('port', values.port),
    host: values.host,
    dataDir: values.data,
    tls: values.tls,
    region: values.region,
    domain: values.domain.toLowerCase(),
    accessKeyId: values['access-key'],
    secretAccessKey: values['secret-key'],
    bodies: bodyMode(values.bodies),
    opaqueEtags: values['opaque-etags'],
    buckets: values.bucket,
    latencyMs: count('latency-ms', values['latency-ms']),
    jitterMs: count('jitter-ms', values['jitter-ms']),
    seed: values.seed,
  };
}

function bodyMode(text: string): BodyMode {
  if (text === 'memory' || text === 'disk' || text === 'discard') return text;
  throw new Error(`--bodies must be memory, disk or discard, not '${text}'`);
}

function count(name: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new Error(`--${name} must be a whole number, not '${text}'`);
}
