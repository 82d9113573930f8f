import type { AppError } from '@firn/shared/errors/app-error';
import type { OnLostRows } from '@firn/shared/repository/object/object-state';
import { problemText } from './problem-text.ts';

/** Tells each part of an object's catalog that cannot be read once, however often it is met. */
export function tellingLostParts(objectId: string, tell: (message: string) => void): OnLostRows {
  const told = new Set<string>();
  return (error: AppError, firstKey: string) => {
    if (told.has(firstKey)) return;
    told.add(firstKey);
    const why = problemText(error);
    tell(`object ${objectId}: folders or items are lost that nothing names: ${why}`);
  };
}
