import { decodeHeader, isSuperseded } from '../../../shared/src/repository/header/header-layout.ts';
import {
  createHeader,
  openHeader,
} from '../../../shared/src/repository/header/repository-header.ts';
import { rootKeysOf } from '../../../shared/src/repository/header/root-keys.ts';
import type { Compute } from '../../../shared/src/repository/ports.ts';
import type { FuzzTarget } from '../fuzz-target.ts';
import { mutateJson } from '../mutate-json.ts';
import { compute, key, ports, text } from './fuzz-ports.ts';

/** Deriving a key of a password is meant to be slow: its costs are looked at before. */
const hasty: Compute = { ...compute, argon2id: async () => key };

/** The header lies open: whoever can write to the storage can change it. */
export async function headerTarget(): Promise<FuzzTarget> {
  const seeds = await Promise.all(['a password', undefined].map(lineOf));
  return {
    name: 'header',
    seeds: [...seeds, text('{"format":1,"repositoryId":"r","supersededBy":3}')],
    mutate: mutateJson,
    share: 6,
    parse: async (line) => {
      // With a digest that fits, so that what is behind it is reached.
      const digest = Buffer.from(await compute.sha256([line])).toString('hex');
      const bytes = Buffer.concat([line, text(`\n${digest}`)]);
      const header = await decodeHeader(bytes, compute);
      if (isSuperseded(header)) return;
      const { rootKey } = await openHeader(bytes, { password: 'a password' }, hasty);
      await rootKeysOf(compute, header, rootKey);
    },
  };
}

async function lineOf(password: string | undefined): Promise<Uint8Array> {
  const { header } = await createHeader({ repositoryId: 'r', password, ...ports, compute: hasty });
  return header.subarray(0, header.indexOf(0x0a));
}
