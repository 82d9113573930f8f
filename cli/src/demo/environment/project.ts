import { join } from 'node:path';

/** The checkout that this file belongs to. */
export const projectRoot = join(import.meta.dirname, '..', '..', '..', '..');

/** Where the demo keeps everything: below the checkout, ignored by git. */
export const demoFolder = join(projectRoot, '.firn', 'demo');
