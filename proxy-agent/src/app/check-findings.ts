import { errorCodes } from '@firn/shared/errors/codes';
import type { CheckFinding } from '@firn/shared/gen/firn/link/v1/work';
import type { Finding } from '@firn/shared/repository/check/check-repository';

/** A finding as the controller gets it: what it says, and what to do about it. */
export function encodeFinding(finding: Finding): CheckFinding {
  const { severity, blob, objectId, items, points, code, message } = finding;
  const { help, retry } = errorCodes[code];
  return {
    ...{ severity, blob, objectId: objectId ?? '', items: [...items], points: [...points] },
    problem: { code, message, help, retry },
  };
}
