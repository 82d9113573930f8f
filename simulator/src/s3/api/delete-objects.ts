import { promisesIntegrity, readPromises } from '../checksum/body-checks.ts';
import { checkKey } from '../domain/names.ts';
import { S3Error } from '../domain/s3-error.ts';
import { malformed, readXml, XmlFields } from '../xml/xml-reader.ts';
import { writeXml, type XmlValue } from '../xml/xml-writer.ts';
import { deleteVersion } from './delete-object.ts';
import { receiveDocument } from './receive-body.ts';
import { type S3Call, type S3Reply, xmlReply } from './s3-call.ts';
import { findBucket, type S3World } from './s3-world.ts';

const OBJECTS_MAX = 1000;
// conditions on what is deleted
const UNSERVED = ['ETag', 'LastModifiedTime', 'Size'];

interface Doomed {
  readonly key: string;
  readonly versionId: string | undefined;
}

/** DeleteObjects: up to 1,000 deletions, each with its own outcome. */
export async function deleteObjects(call: S3Call, world: S3World): Promise<S3Reply> {
  const bucket = findBucket(world, call.bucketName);
  if (!promisesIntegrity(readPromises(call.headers, call.body))) {
    throw new S3Error(
      'InvalidRequest',
      'Missing required header for this request: Content-MD5 OR x-amz-checksum-*',
    );
  }
  const { quiet, doomed } = readDelete(await receiveDocument(call));
  const Deleted: XmlValue[] = [];
  const Errors: XmlValue[] = [];
  for (const { key, versionId } of doomed) {
    try {
      const gone = await deleteVersion({ world, bucket, call }, { key, versionId });
      Deleted.push({
        Key: key,
        VersionId: versionId,
        ...(gone.deleteMarker ? { DeleteMarker: true, DeleteMarkerVersionId: gone.versionId } : {}),
      });
    } catch (error) {
      if (!(error instanceof S3Error)) throw error;
      Errors.push({ Key: key, VersionId: versionId, Code: error.code, Message: error.message });
    }
  }
  return xmlReply(
    writeXml('DeleteResult', { Deleted: quiet ? undefined : Deleted, Error: Errors }),
  );
}

function readDelete(document: string): { quiet: boolean; doomed: readonly Doomed[] } {
  const root = new XmlFields(readXml(document, 'Delete'), ['Object', 'Quiet']);
  const doomed = root.all('Object').map((element) => {
    const fields = new XmlFields(element, ['Key', 'VersionId'], UNSERVED);
    const key = fields.one('Key')?.text ?? '';
    if (key === '') throw malformed();
    checkKey(key);
    return { key, versionId: fields.text('VersionId') };
  });
  if (doomed.length === 0 || doomed.length > OBJECTS_MAX) throw malformed();
  return { quiet: root.text('Quiet') === 'true', doomed };
}
