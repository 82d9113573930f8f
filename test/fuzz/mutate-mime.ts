import { type Mutate, mutateBytes } from './mutate-bytes.ts';
import type { SeededChance } from './seeded-chance.ts';

const oddLines = [
  '',
  '--b',
  '--b--',
  '--',
  'Content-Transfer-Encoding: base64',
  'Content-Type: multipart/mixed; boundary=b',
  'Content-Type: message/rfc822',
  ' folded',
  '====',
  'QUJD',
  'QUJ=',
  'no header',
];

type LineChange = (lines: string[], at: number, chance: SeededChance) => void;

const changes: readonly LineChange[] = [
  (lines, at) => lines.splice(at, 1),
  (lines, at, chance) => lines.splice(at, 0, chance.pick(oddLines)),
  (lines, at, chance) => lines.splice(at, 0, ...lines.slice(chance.below(lines.length))),
  (lines, at, chance) => lines.splice(at, chance.below(lines.length)),
  (lines, at, chance) => {
    const line = lines[at] ?? '';
    lines[at] = line.slice(0, chance.below(line.length + 1));
  },
];

const linesMax = 400;

/** Messages whose lines are missing, twice, cut, or elsewhere, and whose line ends change midway. */
export const mutateMime: Mutate = (bytes, chance) => {
  if (chance.once(4)) return mutateBytes(bytes, chance);
  const lines = Buffer.from(bytes).toString('latin1').split(/\r?\n/);
  for (let left = 1 + chance.below(3); left > 0; left -= 1) {
    chance.pick(changes)(lines, chance.below(lines.length + 1), chance);
  }
  const turn = chance.once(3) ? chance.below(lines.length) : lines.length;
  const ended = lines
    .slice(0, linesMax)
    .map((line, at) => line + (at < turn === chance.once(20) ? '\n' : '\r\n'));
  return Buffer.from(ended.join(''), 'latin1');
};
