import { RESTORE_TIERS, type RestoreRequest, requestRestore } from '../domain/restoration.ts';
import { malformed, readXml, XmlFields } from '../xml/xml-reader.ts';
import { findVersion } from './find-version.ts';
import { receiveDocument } from './receive-body.ts';
import type { S3Call, S3Reply } from './s3-call.ts';
import { findBucket, type S3World, versionHeaders } from './s3-world.ts';

const DAYS_MAX = 36_500;
// of queries, which new customers of Amazon cannot make
const UNSERVED = ['Type', 'Tier', 'Description', 'SelectParameters', 'OutputLocation'];

/** RestoreObject: a temporary copy of what lies in an archive. */
export async function restoreObject(call: S3Call, world: S3World): Promise<S3Reply> {
  const bucket = findBucket(world, call.bucketName);
  const request = readRequest(await receiveDocument(call));
  const version = findVersion(bucket, call, call.query.get('versionId'));
  const nowMs = world.clock.nowMs();
  world.restores.admit(nowMs);
  const pace = world.restores.pace();
  const { status, restorations } = requestRestore(version, request, { nowMs, pace });
  version.restorations = restorations;
  const { storageClass } = version.properties;
  const { tier } = request;
  const retrievedBytes = status === 202 ? version.body.sizeBytes : 0;
  return {
    status,
    headers: versionHeaders(bucket, version),
    billed: { storageClass, restore: { tier, retrievedBytes } },
  };
}

function readRequest(document: string): RestoreRequest {
  const root = new XmlFields(
    readXml(document, 'RestoreRequest'),
    ['Days', 'GlacierJobParameters'],
    UNSERVED,
  );
  const days = root.requiredText('Days');
  if (!/^\d{1,5}$/.test(days) || Number(days) < 1 || Number(days) > DAYS_MAX) throw malformed();
  const parameters = root.one('GlacierJobParameters');
  if (!parameters) return { days: Number(days), tier: 'Standard' };
  const text = new XmlFields(parameters, ['Tier']).requiredText('Tier');
  const tier = RESTORE_TIERS.find((one) => one === text);
  if (!tier) throw malformed();
  return { days: Number(days), tier };
}
