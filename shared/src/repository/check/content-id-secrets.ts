import { isDamage } from '../damaged.ts';
import type { OpenContext } from '../open-context.ts';

/** Those by which contents of this repository may be named. */
export async function readContentIdSecrets({
  ports,
  keys,
}: OpenContext): Promise<readonly Uint8Array[]> {
  const secrets = [keys.derived.contentIds];
  const prefix = 'keys/content-ids-';
  for await (const { name } of ports.store.list(prefix)) {
    try {
      secrets.push(await keys.contentIdSecret(name.slice(prefix.length)));
    } catch (error) {
      // The key itself is reported; contents named by it do not match then.
      if (!isDamage(error)) throw error;
    }
  }
  return secrets;
}
