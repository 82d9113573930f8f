import { AppError } from '@firn/shared/errors/app-error';
import type { ErrorCode } from '@firn/shared/errors/codes';
import { describe, expect, it } from 'vitest';
import { toProblemResponse } from './problem-response.ts';

describe('problem responses', () => {
  it.each<ErrorCode>([
    'E_NOT_FOUND',
    'E_POINT_NOT_FOUND',
    'E_OBJECT_NOT_IN_POINT',
    'E_FOLDER_NOT_FOUND',
  ])('say with 404 that something is not there: %s', (code) => {
    expect(toProblemResponse(new AppError(code, 'it is not there'))).toMatchObject({
      status: 404,
      code,
      detail: 'it is not there',
    });
  });

  it('keep from a client what the cause was', () => {
    const cause = new Error('password=hunter2');
    const response = toProblemResponse(
      new AppError('E_STORAGE_UNAVAILABLE', 'no answer', { cause }),
    );
    expect(response.status).toBe(502);
    expect(JSON.stringify(response)).not.toContain('hunter2');
  });
});
