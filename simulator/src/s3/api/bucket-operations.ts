import { checkBucketName } from '../domain/names.ts';
import { S3Error } from '../domain/s3-error.ts';
import { malformed, readXml, XmlFields } from '../xml/xml-reader.ts';
import { writeXml } from '../xml/xml-writer.ts';
import { checkAcl } from './object-properties.ts';
import { receiveDocument } from './receive-body.ts';
import { type S3Call, type S3Reply, xmlReply } from './s3-call.ts';
import { findBucket, makeBucket, OWNER, type S3World } from './s3-world.ts';

export function listBuckets(_call: S3Call, { buckets }: S3World): S3Reply {
  const all = [...buckets.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const Bucket = all.map(({ name, createdMs }) => ({
    Name: name,
    CreationDate: new Date(createdMs).toISOString(),
  }));
  return xmlReply(writeXml('ListAllMyBucketsResult', { Owner: OWNER, Buckets: { Bucket } }));
}

/** CreateBucket: a bucket that is there is a conflict, in us-east-1 too. */
export async function createBucket(call: S3Call, world: S3World): Promise<S3Reply> {
  checkBucketName(call.bucketName);
  checkAcl(call.headers.get('x-amz-acl'));
  checkOwnership(call.headers.get('x-amz-object-ownership'));
  checkLocation(await receiveDocument(call), world.region);
  if (world.buckets.has(call.bucketName)) {
    throw new S3Error('BucketAlreadyOwnedByYou', {
      message: 'Your previous request to create the named bucket succeeded and you already own it.',
      elements: { BucketName: call.bucketName },
    });
  }
  const bucket = makeBucket(world, call.bucketName);
  if (call.headers.get('x-amz-bucket-object-lock-enabled') === 'true') {
    bucket.versioning = 'enabled';
    bucket.objectLock = { default: undefined };
  }
  return { status: 200, headers: { location: `/${bucket.name}` } };
}

export function deleteBucket(call: S3Call, world: S3World): S3Reply {
  const bucket = findBucket(world, call.bucketName);
  if (!bucket.isEmpty || bucket.uploads.size > 0) {
    throw new S3Error('BucketNotEmpty', {
      message: 'The bucket you tried to delete is not empty',
      elements: { BucketName: bucket.name },
    });
  }
  world.buckets.delete(bucket.name);
  return { status: 204 };
}

export function headBucket(call: S3Call, world: S3World): S3Reply {
  findBucket(world, call.bucketName);
  return { status: 200, headers: { 'x-amz-bucket-region': world.region } };
}

/** GetBucketLocation: us-east-1 is an empty constraint. */
export function getBucketLocation(call: S3Call, world: S3World): S3Reply {
  findBucket(world, call.bucketName);
  const location = world.region === 'us-east-1' ? '' : world.region;
  return xmlReply(writeXml('LocationConstraint', location));
}

export function getBucketVersioning(call: S3Call, world: S3World): S3Reply {
  const { versioning } = findBucket(world, call.bucketName);
  const Status = { off: undefined, enabled: 'Enabled', suspended: 'Suspended' }[versioning];
  return xmlReply(writeXml('VersioningConfiguration', { Status }));
}

export async function putBucketVersioning(call: S3Call, world: S3World): Promise<S3Reply> {
  const bucket = findBucket(world, call.bucketName);
  const root = readXml(await receiveDocument(call), 'VersioningConfiguration');
  const status = new XmlFields(root, ['Status'], ['MfaDelete']).requiredText('Status');
  if (status !== 'Enabled' && status !== 'Suspended') throw malformed();
  if (status === 'Suspended' && bucket.objectLock) {
    throw new S3Error(
      'InvalidBucketState',
      'An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.',
    );
  }
  bucket.versioning = status === 'Enabled' ? 'enabled' : 'suspended';
  return { status: 200 };
}

function checkOwnership(ownership: string | undefined): void {
  if (ownership === undefined || ownership === 'BucketOwnerEnforced') return;
  throw new S3Error('NotImplemented', `Object ownership ${ownership} is not implemented`);
}

function checkLocation(document: string, region: string): void {
  const expected = region === 'us-east-1' ? '' : region;
  const root = document === '' ? undefined : readXml(document, 'CreateBucketConfiguration');
  const given = root && new XmlFields(root, ['LocationConstraint']).text('LocationConstraint');
  if ((given ?? '') === expected) return;
  throw new S3Error(
    'IllegalLocationConstraintException',
    `The ${given || 'unspecified'} location constraint is incompatible for the region specific endpoint this request was sent to.`,
  );
}
