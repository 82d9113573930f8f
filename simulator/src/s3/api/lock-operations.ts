import { promisesIntegrity, readPromises } from '../checksum/body-checks.ts';
import type { Bucket } from '../domain/bucket.ts';
import {
  checkRetentionChange,
  type DefaultRetention,
  type Retention,
} from '../domain/object-lock.ts';
import { S3Error } from '../domain/s3-error.ts';
import { malformed, readXml, XmlFields } from '../xml/xml-reader.ts';
import { writeXml } from '../xml/xml-writer.ts';
import { readBypass } from './delete-object.ts';
import { findVersion } from './find-version.ts';
import { missingLockConfiguration, readHold, readLockMode, readUntil } from './lock-headers.ts';
import { receiveDocument } from './receive-body.ts';
import { type S3Call, type S3Reply, xmlReply } from './s3-call.ts';
import { findBucket, type S3World, versionHeaders } from './s3-world.ts';

const PERIOD_DAYS_MAX = 36_500;
const PERIOD_YEARS_MAX = 100;

export function getObjectLockConfiguration(call: S3Call, world: S3World): S3Reply {
  const { objectLock } = findBucket(world, call.bucketName);
  if (!objectLock) {
    throw new S3Error(
      'ObjectLockConfigurationNotFoundError',
      'Object Lock configuration does not exist for this bucket',
    );
  }
  const rule = objectLock.default;
  const period =
    rule && ('days' in rule.period ? { Days: rule.period.days } : { Years: rule.period.years });
  return xmlReply(
    writeXml('ObjectLockConfiguration', {
      ObjectLockEnabled: 'Enabled',
      Rule: rule && { DefaultRetention: { Mode: rule.mode, ...period } },
    }),
  );
}

/** PutObjectLockConfiguration: on a bucket without lock only once versioning is enabled. */
export async function putObjectLockConfiguration(call: S3Call, world: S3World): Promise<S3Reply> {
  const bucket = findBucket(world, call.bucketName);
  checkIntegrity(call);
  const byDefault = readConfiguration(await receiveDocument(call));
  if (bucket.versioning !== 'enabled') {
    throw new S3Error('InvalidBucketState', 'Versioning must be enabled for this operation');
  }
  bucket.objectLock = { default: byDefault };
  return { status: 200 };
}

export function getObjectRetention(call: S3Call, world: S3World): S3Reply {
  const { retention } = lockedVersion(call, world).version;
  if (!retention) throw noLock();
  return xmlReply(
    writeXml('Retention', {
      Mode: retention.mode,
      RetainUntilDate: new Date(retention.untilMs).toISOString(),
    }),
  );
}

export async function putObjectRetention(call: S3Call, world: S3World): Promise<S3Reply> {
  checkIntegrity(call);
  const document = await receiveDocument(call);
  const { bucket, version } = lockedVersion(call, world);
  const retention = readRetention(document);
  const asker = { nowMs: world.clock.nowMs(), bypassGovernance: readBypass(call) };
  checkRetentionChange(version.retention, retention, asker);
  version.retention = retention;
  return { status: 200, headers: versionHeaders(bucket, version) };
}

export function getObjectLegalHold(call: S3Call, world: S3World): S3Reply {
  const { legalHold } = lockedVersion(call, world).version;
  return xmlReply(writeXml('LegalHold', { Status: legalHold ? 'ON' : 'OFF' }));
}

export async function putObjectLegalHold(call: S3Call, world: S3World): Promise<S3Reply> {
  checkIntegrity(call);
  const document = await receiveDocument(call);
  const { bucket, version } = lockedVersion(call, world);
  const fields = new XmlFields(readXml(document, 'LegalHold'), ['Status']);
  version.legalHold = readHold(fields.requiredText('Status'));
  return { status: 200, headers: versionHeaders(bucket, version) };
}

function lockedVersion(call: S3Call, world: S3World) {
  const bucket: Bucket = findBucket(world, call.bucketName);
  if (!bucket.objectLock) throw missingLockConfiguration();
  return { bucket, version: findVersion(bucket, call, call.query.get('versionId')) };
}

function checkIntegrity({ headers, body }: S3Call): void {
  if (promisesIntegrity(readPromises(headers, body))) return;
  throw new S3Error(
    'InvalidRequest',
    'Missing required header for this request: Content-MD5 OR x-amz-checksum-*',
  );
}

function readConfiguration(document: string): DefaultRetention | undefined {
  const root = new XmlFields(readXml(document, 'ObjectLockConfiguration'), [
    'ObjectLockEnabled',
    'Rule',
  ]);
  if (root.requiredText('ObjectLockEnabled') !== 'Enabled') throw malformed();
  const rule = root.one('Rule');
  const element = rule && new XmlFields(rule, ['DefaultRetention']).one('DefaultRetention');
  if (!element) return undefined;
  const fields = new XmlFields(element, ['Mode', 'Days', 'Years']);
  const mode = fields.requiredText('Mode');
  if (mode !== 'GOVERNANCE' && mode !== 'COMPLIANCE') throw malformed();
  const [days, years] = [fields.text('Days'), fields.text('Years')];
  if ((days === undefined) === (years === undefined)) throw malformed();
  return {
    mode,
    period:
      days === undefined
        ? { years: readPeriod(years, PERIOD_YEARS_MAX) }
        : { days: readPeriod(days, PERIOD_DAYS_MAX) },
  };
}

function readPeriod(text: string | undefined, max: number): number {
  const period = /^\d{1,6}$/.test(text ?? '') ? Number(text) : 0;
  if (period >= 1 && period <= max) return period;
  throw new S3Error(
    'InvalidArgument',
    `Default retention period must be a positive integer value of at most ${max}`,
  );
}

/** An empty Retention takes the retention away. */
function readRetention(document: string): Retention | undefined {
  const fields = new XmlFields(readXml(document, 'Retention'), ['Mode', 'RetainUntilDate']);
  const [mode, until] = [fields.text('Mode'), fields.text('RetainUntilDate')];
  if (mode === undefined && until === undefined) return undefined;
  if (mode === undefined || until === undefined) throw malformed();
  return { mode: readLockMode(mode), untilMs: readUntil(until) };
}

function noLock(): S3Error {
  return new S3Error(
    'NoSuchObjectLockConfiguration',
    'The specified object does not have a ObjectLock configuration',
  );
}
