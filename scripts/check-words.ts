// Finds what does not belong into the product: paths of one machine, unfinished
// work, and addresses of package registries in the lock file.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

interface Rule {
  readonly what: string;
  readonly pattern: RegExp;
  readonly files: RegExp;
}

const rules: readonly Rule[] = [
  { what: 'unfinished work', pattern: /\b(TODO|FIXME|XXX)\b/, files: /\.(ts|mjs|sql|proto|sh)$/ },
  {
    what: 'a path of one machine',
    pattern: /(^|[\s'"`(])\/(root|work)\//,
    files: /\.(ts|mjs|md|ya?ml|json|sh)$/,
  },
  {
    what: 'a silenced check',
    pattern: /@ts-(ignore|expect-error|nocheck)|\bas any\b/,
    files: /\.ts$/,
  },
  { what: 'a skipped test', pattern: /\b(it|test|describe)\.(only|todo)\(/, files: /\.ts$/ },
  { what: 'a registry address', pattern: /"resolved": "https?:/, files: /^package-lock\.json$/ },
];

const tracked = spawnSync('git', ['ls-files', '-co', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
});
const files = tracked.stdout
  .split('\n')
  .filter(
    (file) =>
      file !== '' && !file.startsWith('shared/src/gen/') && file !== 'scripts/check-words.ts',
  );

let found = 0;
for (const file of files) {
  const applicable = rules.filter((rule) => rule.files.test(file));
  if (applicable.length === 0) continue;
  readFileSync(join(root, file), 'utf8')
    .split('\n')
    .forEach((line, index) => {
      for (const rule of applicable.filter(({ pattern }) => pattern.test(line))) {
        found += 1;
        console.log(`${file}:${index + 1}: ${rule.what}: ${line.trim().slice(0, 100)}`);
      }
    });
}
if (files.length === 0) console.log('no file was read');
process.exitCode = found > 0 || files.length === 0 ? 1 : 0;
