import {
  CreateBucketCommand,
  DeleteObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3';

export interface S3Access {
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly caPem?: string;
}

/** A client as others have it, which knows nothing of Firn. */
export function plainClient(access: S3Access): S3Client {
  const { endpoint, caPem, accessKeyId, secretAccessKey } = access;
  const credentials = { accessKeyId, secretAccessKey };
  const requestHandler = caPem === undefined ? {} : { httpsAgent: { ca: caPem } };
  const place = { endpoint, region: 'us-east-1', forcePathStyle: true };
  return new S3Client({ ...place, credentials, requestHandler });
}

export async function makeBucket(access: S3Access, name: string): Promise<void> {
  await plainClient(access).send(new CreateBucketCommand({ Bucket: name }));
}

/** With versions and object lock. */
export async function makeLockedBucket(access: S3Access, name: string): Promise<void> {
  const input = { Bucket: name, ObjectLockEnabledForBucket: true };
  await plainClient(access).send(new CreateBucketCommand(input));
}

/** Deletes as somebody who does not know of versions. */
export async function deletePlainly(
  access: S3Access,
  bucket: string,
  keys: readonly string[],
): Promise<void> {
  const client = plainClient(access);
  for (const Key of keys) await client.send(new DeleteObjectCommand({ Bucket: bucket, Key }));
}

/** Keys of objects and of uploads that nobody ended: of a bucket with few of them. */
export async function leftIn(access: S3Access, bucket: string): Promise<(string | undefined)[]> {
  const client = plainClient(access);
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket }));
  const asked = new ListMultipartUploadsCommand({ Bucket: bucket });
  const { Uploads = [] } = await client.send(asked);
  return [...Contents, ...Uploads].map(({ Key }) => Key);
}
