// `npm run check`: everything that reads the code without running the product.
import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';

interface Step {
  readonly name: string;
  readonly command: readonly string[];
}

const root = join(import.meta.dirname, '..');

const steps: readonly Step[] = [
  { name: 'format and lint (biome)', command: ['biome', 'check', '--error-on-warnings', '.'] },
  { name: 'types (tsc)', command: ['tsc', '-p', '.'] },
  { name: 'promises (oxlint)', command: ['oxlint', '--type-aware', '--deny-warnings', '.'] },
  { name: 'layers (dependency-cruiser)', command: ['node', 'scripts/check-layers.ts'] },
  { name: 'unused code (knip)', command: ['knip'] },
  { name: 'protocol (buf lint)', command: ['buf', 'lint', 'proto'] },
  { name: 'protocol (buf breaking)', command: ['node', 'scripts/check-breaking.ts'] },
  { name: 'generated code', command: ['node', 'scripts/generate.ts', '--check'] },
  { name: 'words and paths', command: ['node', 'scripts/check-words.ts'] },
];

interface Outcome {
  readonly step: Step;
  readonly ok: boolean;
  readonly output: string;
  readonly seconds: number;
}

async function run(step: Step): Promise<Outcome> {
  const begun = performance.now();
  const [program = '', ...args] = step.command;
  const path = [join(root, 'node_modules', '.bin'), process.env['PATH'] ?? ''].join(delimiter);
  const child = spawn(program, args, { cwd: root, env: { ...process.env, PATH: path } });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
  const ok = await new Promise<boolean>((resolve) => {
    child.on('error', () => resolve(false));
    child.on('close', (code) => resolve(code === 0));
  });
  const output = Buffer.concat(chunks).toString('utf8').trimEnd();
  return { step, ok, output, seconds: (performance.now() - begun) / 1000 };
}

let failed = 0;
for (const step of steps) {
  const outcome = await run(step);
  console.log(`${outcome.ok ? 'ok  ' : 'FAIL'} ${step.name} (${outcome.seconds.toFixed(1)} s)`);
  if (!outcome.ok) {
    failed += 1;
    console.log(outcome.output);
  }
}
console.log(`${steps.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
