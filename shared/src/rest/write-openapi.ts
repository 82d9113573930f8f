import { readFileSync, writeFileSync } from 'node:fs';
import { buildOpenApi } from './openapi.ts';

// Run by `npm run generate`: writes docs/openapi.json from the route table.
const root = new URL('../../../', import.meta.url);
const { version } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as {
  version: string;
};
const text = `${JSON.stringify(buildOpenApi(version), null, 2)}\n`;
writeFileSync(new URL('docs/openapi.json', root), text);
