import { describe, expect, it } from 'vitest';
import type { KeyService } from '../repository/header/key-service.ts';

const rootKey = new Uint8Array(32).fill(7);

/** What every key service does. @param make one that knows the keys "a" and "b" */
export function describeKeyService(name: string, make: () => Promise<KeyService>): void {
  describe(`${name}, as a key service`, () => {
    it('unwraps what it wrapped, under the same key and context alone', async () => {
      const service = await make();
      const wrapped = await service.wrap('a', rootKey, 'repository 1');
      expect(Buffer.from(wrapped).includes(Buffer.from(rootKey))).toBe(false);
      expect(Uint8Array.from(await service.unwrap('a', wrapped, 'repository 1'))).toEqual(rootKey);
      const refused = { code: 'E_KEY_SERVICE_REFUSED' };
      await expect(service.unwrap('b', wrapped, 'repository 1')).rejects.toMatchObject(refused);
      await expect(service.unwrap('a', wrapped, 'repository 2')).rejects.toMatchObject(refused);
    });

    it('refuses what is damaged or cut', async () => {
      const service = await make();
      const wrapped = Uint8Array.from(await service.wrap('a', rootKey, ''));
      const refused = { code: 'E_KEY_SERVICE_REFUSED' };
      for (const length of [0, 5, wrapped.length - 1]) {
        const cut = wrapped.subarray(0, length);
        await expect(service.unwrap('a', cut, '')).rejects.toMatchObject(refused);
      }
      wrapped[3] = (wrapped[3] ?? 0) ^ 1;
      await expect(service.unwrap('a', wrapped, '')).rejects.toMatchObject(refused);
    });

    it('wraps the same key differently each time', async () => {
      const service = await make();
      const [first, second] = [
        await service.wrap('a', rootKey, ''),
        await service.wrap('a', rootKey, ''),
      ];
      expect(Buffer.compare(first, second)).not.toBe(0);
    });

    it('says when it has no such key', async () => {
      const service = await make();
      const unknown = { code: 'E_KEY_SERVICE_KEY_UNKNOWN' };
      await expect(service.wrap('c', rootKey, '')).rejects.toMatchObject(unknown);
      await expect(service.unwrap('c', rootKey, '')).rejects.toMatchObject(unknown);
    });
  });
}
