import { fromBase64, toBase64 } from '../bytes.ts';
import { isDamage, naming } from '../damaged.ts';
import { decodeJson, encodeJson } from '../json.ts';
import type { KeyRing } from '../keys/key-ring.ts';
import type { Compute } from '../ports.ts';
import { type BoxPorts, openBox, sealBox } from '../segment/box.ts';
import type { ObjectIdentity } from '../session/repository-session.ts';
import { isRecordOf, isText } from '../shape.ts';

/** What people call an object: not to be known of one that was erased. */
export type ObjectNames = Pick<ObjectIdentity, 'userPrincipalName' | 'displayName'>;

/** As a record holds them: a box in base64 under the object's key, which an erasure destroys. */
export type SealedNames = string;

const isNames = isRecordOf<ObjectNames>({ userPrincipalName: isText, displayName: isText });

export async function sealNames(
  ports: BoxPorts,
  key: Uint8Array,
  { userPrincipalName, displayName }: ObjectNames,
): Promise<SealedNames> {
  const content = encodeJson({ userPrincipalName, displayName });
  return toBase64(await sealBox(ports, { key, kind: 'names' }, content));
}

export interface OpenNames {
  readonly compute: Compute;
  readonly keys: KeyRing;
}

/** E_REPOSITORY_DAMAGED, also when the object's key is not there any more. */
export function openNames(
  { compute, keys }: OpenNames,
  record: { readonly objectId: string; readonly keyId: string; readonly names: SealedNames },
): Promise<ObjectNames> {
  const { objectId, keyId, names } = record;
  return naming(`the names of object ${objectId}`, { objectId }, async () => {
    const key = await keys.objectKey(keyId);
    return decodeJson(await openBox(compute, { key, kind: 'names' }, fromBase64(names)), isNames);
  });
}

/** As openNames; undefined where they are damaged, or their key is. */
export async function openNamesIfAny(
  ...opening: Parameters<typeof openNames>
): Promise<ObjectNames | undefined> {
  const [, { names }] = opening;
  if (names === '') return undefined;
  try {
    return await openNames(...opening);
  } catch (error) {
    if (isDamage(error)) return undefined;
    throw error;
  }
}
