import { describe, expect, it } from 'vitest';
import { AppError } from '../errors/app-error.ts';
import { fromProblem, toProblem } from './problem.ts';

describe('problems on the wire', () => {
  it('keep code and message of an error, and leave its cause behind', () => {
    const error = new AppError('E_BLOB_ARCHIVED', 'object a is archived', {
      cause: new Error('with an address'),
    });
    const problem = toProblem(error);
    expect(problem).toEqual({
      code: 'E_BLOB_ARCHIVED',
      message: 'object a is archived',
      help: error.help,
      retry: 'after-repair',
    });
    expect(fromProblem(problem)).toMatchObject({ code: error.code, message: error.message });
  });

  it('take what is no error of Firn for a defect', () => {
    expect(toProblem(new Error('undefined is not a function'))).toMatchObject({
      code: 'E_INTERNAL',
      retry: 'later',
    });
  });

  it('keep the code of a newer version as text', () => {
    const problem = { code: 'E_OF_TOMORROW', message: 'what', help: '', retry: 'never' };
    expect(fromProblem(problem)).toMatchObject({
      code: 'E_INTERNAL',
      message: 'E_OF_TOMORROW: what',
    });
  });
});
