import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Csdl, parseCsdl } from './csdl.ts';

const FOLDER = fileURLToPath(new URL('../../../../shared/contracts', import.meta.url));

/** Microsoft's metadata and examples lie beside the checkout; without them nothing is compared. */
export const hasContracts = existsSync(join(FOLDER, 'graph'));

export const contractsMissing =
  'skipped: no ../shared/contracts beside the project, so answers are not compared with metadata';

export function readCsdl(): Csdl {
  const path = join(FOLDER, 'graph', 'graph-v1.0-backup-extract.csdl.xml');
  return parseCsdl(readFileSync(path, 'utf8'));
}

/** One published example of an answer. */
export type Example = {
  readonly file: string;
  readonly endpoint: string;
  readonly status: number;
  readonly body: unknown;
};

export function readExamples(prefix: string): readonly Example[] {
  const folder = join(FOLDER, 'examples');
  return readdirSync(folder)
    .filter((file) => file.startsWith(prefix) && file.endsWith('.json'))
    .map((file) => {
      const example = JSON.parse(readFileSync(join(folder, file), 'utf8'));
      return {
        file,
        endpoint: example['_endpoint'],
        status: example['_status'],
        body: example['body'],
      };
    });
}

/** One row of the table of endpoints that a backup product uses. */
export type Endpoint = { readonly method: string; readonly path: string; readonly kind: string };

export function readEndpoints(): readonly Endpoint[] {
  return JSON.parse(readFileSync(join(FOLDER, 'graph', 'endpoints.json'), 'utf8'));
}
