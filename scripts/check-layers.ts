import { cruise, type ICruiseResult } from 'dependency-cruiser';
import config from '../.dependency-cruiser.mjs';

const roots = [
  'shared/src',
  'controller/src',
  'proxy-agent/src',
  'archiver-appliance/src',
  'cli/src',
  'simulator/src',
];

export interface LayerReport {
  readonly modules: number;
  readonly violations: readonly {
    readonly rule: string;
    readonly from: string;
    readonly to: string;
  }[];
}

/** Applies the layer rules to the tree below baseDir, laid out as this project is. */
export async function checkLayers(baseDir: string): Promise<LayerReport> {
  const { forbidden, options } = config;
  const answer = await cruise(roots, {
    ...options,
    baseDir,
    ruleSet: { forbidden },
    validate: true,
  } as Parameters<typeof cruise>[1]);
  const { summary } = answer.output as ICruiseResult;
  return {
    modules: summary.totalCruised,
    violations: summary.violations.map(({ rule, from, to }) => ({ rule: rule.name, from, to })),
  };
}

async function main(): Promise<void> {
  const report = await checkLayers(process.cwd());
  for (const { rule, from, to } of report.violations) console.error(`${rule}: ${from} -> ${to}`);
  if (report.modules === 0) console.error('the layer check saw no module');
  console.log(`${report.modules} modules, ${report.violations.length} violations`);
  if (report.modules === 0 || report.violations.length > 0) process.exitCode = 1;
}

if (import.meta.main) await main();
