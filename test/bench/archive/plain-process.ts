/** A process of its own: reads all packs of a repository and writes them again, by the same client. */
import { openStore, type Place } from './world.ts';

export interface PlainAsked {
  readonly source: Place;
  readonly target: Place;
}

export interface PlainTaken {
  readonly seconds: number;
  readonly bytes: number;
}

const rangeBytes = 4 * 2 ** 20;
const packsAtOnce = 2;

async function transfer({ source, target }: PlainAsked): Promise<PlainTaken> {
  const from = await openStore(source);
  const to = await openStore(target);
  const packs = (await Array.fromAsync(from.list('packs/')))[Symbol.iterator]();
  let bytes = 0;
  const begun = performance.now();
  const work = async () => {
    for (const { name, size } of packs) {
      async function* ranges() {
        for (let offset = 0; offset < size; offset += rangeBytes) {
          const length = Math.min(rangeBytes, size - offset);
          yield (await from.get(name, { offset, length })).bytes;
        }
      }
      await to.putStream(`plain/${name}`, ranges());
      bytes += size;
    }
  };
  await Promise.all(Array.from({ length: packsAtOnce }, work));
  const seconds = (performance.now() - begun) / 1000;
  for await (const { name } of to.list('plain/')) await to.delete(name);
  return { seconds, bytes };
}

process.stdout.write(JSON.stringify(await transfer(JSON.parse(process.argv[2] ?? '{}'))));
