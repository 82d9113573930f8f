// Generates shared/src/gen from proto, docs/errors.md from the error codes,
// docs/openapi.json from the route table of the API, and WebAssembly from its source.
// With --check it changes nothing and fails when what is committed differs.
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import makeWabt from 'wabt';
import { buildOpenApi } from '../shared/src/rest/openapi.ts';
import { renderErrorReference } from './error-reference.ts';

const root = join(import.meta.dirname, '..');
const committed = join(root, 'shared', 'src', 'gen');

function generateInto(folder: string): void {
  const bin = join(root, 'node_modules', '.bin');
  const { status, stderr } = spawnSync(
    join(bin, 'buf'),
    ['generate', '--template', 'buf.gen.yaml', '--output', join(folder, 'proto')],
    {
      cwd: join(root, 'proto'),
      env: { ...process.env, PATH: [bin, process.env['PATH'] ?? ''].join(delimiter) },
      encoding: 'utf8',
    },
  );
  if (status !== 0) throw new Error(`buf generate failed: ${stderr}`);
}

function readTree(folder: string): Map<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return new Map(
    files.map((file) => {
      const path = join(file.parentPath, file.name);
      return [path.slice(folder.length + 1), readFileSync(path, 'utf8')];
    }),
  );
}

function differences(before: Map<string, string>, after: Map<string, string>): string[] {
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].filter((name) => before.get(name) !== after.get(name)).sort();
}

const check = process.argv.includes('--check');

function generateProtocol(): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'firn-gen-'));
  try {
    generateInto(folder);
    const fresh = join(folder, 'shared', 'src', 'gen');
    const changed = differences(readTree(committed), readTree(fresh));
    if (!check) {
      rmSync(committed, { recursive: true, force: true });
      cpSync(fresh, committed, { recursive: true });
    }
    return changed.map((name) => `shared/src/gen/${name}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Writes (or with --check compares) one file. */
function generateFile(name: string, fresh: string): string[] {
  const path = join(root, name);
  const same = existsSync(path) && readFileSync(path, 'utf8') === fresh;
  if (!check) writeFileSync(path, fresh);
  return same ? [] : [name];
}

function renderOpenApi(): string {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    version: string;
  };
  return `${JSON.stringify(buildOpenApi(version), null, 2)}\n`;
}

const wasmModules = ['gear', 'base64'];

/** The module that NAME.wat of shared/src/compute/NAME is the source of. */
async function generateWasm(name: string): Promise<readonly string[]> {
  const folder = join('shared', 'src', 'compute', name);
  const wabt = await makeWabt();
  const source = readFileSync(join(root, folder, `${name}.wat`), 'utf8');
  const module = wabt.parseWat(`${name}.wat`, source, { simd: true });
  const base64 = Buffer.from(module.toBinary({}).buffer).toString('base64');
  const lines = base64.match(/.{1,80}/g) ?? [];
  const content = [
    `/** Generated from ${name}.wat: npm run generate. WebAssembly, base64. */`,
    `export const ${name}Module =`,
    `${lines.map((line) => `  '${line}'`).join(' +\n')};`,
    '',
  ].join('\n');
  return generateFile(join(folder, `${name}-module.ts`), content);
}

const changed = [
  ...(await Promise.all(wasmModules.map(generateWasm))).flat(),
  ...generateProtocol(),
  ...generateFile('docs/errors.md', renderErrorReference()),
  ...generateFile('docs/openapi.json', renderOpenApi()),
];
if (changed.length > 0) console.log(`changed: ${changed.join(', ')}`);
if (check && changed.length > 0) {
  console.error('these are not what their sources say; run: npm run generate');
  process.exitCode = 1;
}
