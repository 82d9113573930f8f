import { AppError, isAppError } from '../errors/app-error.ts';

const damageCodes = ['E_REPOSITORY_DAMAGED', 'E_BLOB_NOT_FOUND', 'E_OBJECT_STATE_LOST'] as const;

/** What is damaged: names of blobs, ids of objects and items. */
export type DamageContext = Readonly<Record<string, string | number>>;

export function damaged(message: string, context: DamageContext = {}, cause?: unknown): AppError {
  return new AppError('E_REPOSITORY_DAMAGED', message, { context, cause });
}

/** Stored bytes are missing or wrong, or marked as lost. Not: they cannot be reached just now. */
export function isDamage(error: unknown): error is AppError {
  return damageCodes.some((code) => isAppError(error, code));
}

/** For catch, where what is damaged is done without. */
export function undefinedWhenDamaged(error: unknown): undefined {
  if (isDamage(error)) return undefined;
  throw error;
}

/** Takes bytes apart: whatever fails at that is damage of the bytes. */
export function decoding<T>(what: string, decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    if (isAppError(error)) throw error;
    throw damaged(`${what} cannot be decoded`, {}, error);
  }
}

/** Runs a read; its damage is told with the blob that it concerns. */
export async function naming<T>(
  what: string,
  context: DamageContext,
  read: () => Promise<T>,
): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!isDamage(error)) throw error;
    const why = error.code === 'E_BLOB_NOT_FOUND' ? 'it is missing or too short' : error.message;
    throw damaged(`${what} cannot be read: ${why}`, { ...context, ...given(error) }, error);
  }
}

function given(error: AppError): DamageContext {
  const entries = Object.entries(error.context);
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string | number] => {
      return typeof entry[1] === 'string' || typeof entry[1] === 'number';
    }),
  );
}
