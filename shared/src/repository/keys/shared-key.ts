/** Names of the keys under which contents lie that objects share. docs/repository-format.md, "Keys". */

const prefix = 'shared-';

/** What the ids of a key epoch begin with. */
export function sharedKeyPrefix(epoch: number): string {
  return `${prefix}${epoch}-`;
}

export function isSharedKey(keyId: string): boolean {
  return keyId.startsWith(prefix);
}
