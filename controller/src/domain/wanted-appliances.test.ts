import { expect, it } from 'vitest';
import { wantedAppliances } from './wanted-appliances.ts';

it.each([
  ['one before anything is planned', 4, undefined, 1],
  ['one for what little is left', 4, 3, 1],
  ['one for each half hour of work', 4, 61, 3],
  ['no more than the copy job says', 4, 10_000, 4],
])('a session wants %s', (_, appliancesMax, packsLeft, wanted) => {
  expect(wantedAppliances(appliancesMax, packsLeft)).toBe(wanted);
});
