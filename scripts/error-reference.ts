import { errorCodes } from '../shared/src/errors/codes.ts';

const retryWords = {
  never: 'never',
  later: 'by itself, later',
  'after-repair': 'once you have acted',
} as const;

/** The text of docs/errors.md: one row per code of shared/src/errors. */
export function renderErrorReference(): string {
  const rows = Object.entries(errorCodes)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([code, { meaning, help, retry }]) =>
        `| \`${code}\` | ${meaning} | ${help} | ${retryWords[retry]} |`,
    );
  return `${[
    '# Errors',
    '',
    'Every error that Firn shows carries a code, what happened, and what to do. The API answers',
    'with `application/problem+json` (RFC 9457) whose members `code` and `help` are these. Made by',
    '`npm run generate` from `shared/src/errors/codes/`.',
    '',
    '| code | meaning | what to do | a retry succeeds |',
    '|---|---|---|---|',
    ...rows,
  ].join('\n')}\n`;
}
