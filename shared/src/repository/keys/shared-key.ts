/** Names of the keys under which contents lie that objects share. docs/repository-format.md, "Keys". */

const prefix = 'shared-';

/** One per key epoch. */
export function sharedKeyId(epoch: number): string {
  return `${prefix}${epoch}`;
}

export function isSharedKey(keyId: string): boolean {
  return keyId.startsWith(prefix);
}
