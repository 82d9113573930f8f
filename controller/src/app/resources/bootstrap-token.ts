import { isAppError } from '@firn/shared/errors/app-error';
import type { TextFiles } from '../../ports/text-files.ts';
import type { AppContext } from '../context.ts';
import { authenticate, createToken } from './tokens.ts';

const name = 'bootstrap';

/**
 * Makes sure that the file holds an admin token that works: the first one, on
 * an empty database. Whoever may choose the file is the operator of this host.
 */
export async function ensureBootstrapToken(
  context: AppContext,
  files: TextFiles,
  file: string,
): Promise<void> {
  if (await works(context, await files.read(file))) return;
  const { tokens } = context.database;
  const page = await tokens.list({ cursor: undefined, limit: 1_000 });
  for (const token of page.items.filter((one) => one.name === name)) await tokens.remove(token.id);
  const { secret } = await createToken(context, { name, scope: 'admin' });
  await files.write(file, secret, 0o600);
  context.logger.info('token.bootstrapped', { file });
}

async function works(context: AppContext, text: string | undefined): Promise<boolean> {
  if (text === undefined) return false;
  try {
    return (await authenticate(context, text)).scope === 'admin';
  } catch (error) {
    if (isAppError(error, 'E_UNAUTHENTICATED')) return false;
    throw error;
  }
}
