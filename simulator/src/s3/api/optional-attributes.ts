import type { ObjectVersion } from '../domain/object-version.ts';
import { restoreState } from '../domain/restoration.ts';
import { invalidArgument } from '../domain/s3-error.ts';
import type { XmlValue } from '../xml/xml-writer.ts';
import type { S3Call } from './s3-call.ts';

export const OPTIONAL_ATTRIBUTES_HEADER = 'x-amz-optional-object-attributes';

/** What a listing tells of an object only when it is asked to. */
export type OptionalAttributes = (version: ObjectVersion) => Record<string, XmlValue>;

/** RestoreStatus, which is all that there is; of what is cold or in no archive, nothing. */
export function readOptionalAttributes({ headers, nowMs }: S3Call): OptionalAttributes {
  const wanted = headers.get(OPTIONAL_ATTRIBUTES_HEADER);
  if (wanted === undefined) return () => ({});
  if (wanted !== 'RestoreStatus') {
    throw invalidArgument('Invalid attribute name specified.', OPTIONAL_ATTRIBUTES_HEADER, wanted);
  }
  return (version) => {
    const state = restoreState(version, nowMs);
    if (state.kind === 'cold') return {};
    if (state.kind === 'ongoing') return { RestoreStatus: { IsRestoreInProgress: true } };
    const RestoreExpiryDate = new Date(state.restoration.expiresMs).toISOString();
    return { RestoreStatus: { IsRestoreInProgress: false, RestoreExpiryDate } };
  };
}
