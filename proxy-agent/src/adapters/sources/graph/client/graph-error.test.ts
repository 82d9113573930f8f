import { describe, expect, it } from 'vitest';
import { graphError } from './graph-error.ts';

function classify(status: number, error: object, headers: Record<string, string> = {}) {
  return graphError({ status, headers: (name) => headers[name], body: { error } }, 'a call', 0);
}

describe('graphError', () => {
  it.each([
    [410, { code: 'resyncRequired' }, 'E_SOURCE_RESYNC'],
    [400, { code: 'syncstatenotfound' }, 'E_SOURCE_RESYNC'],
    [400, { code: 'SyncStateInvalid' }, 'E_SOURCE_RESYNC'],
    [
      410,
      { code: 'gone', innerError: { code: 'resyncChangesApplyDifferences' } },
      'E_SOURCE_RESYNC',
    ],
    [409, { code: 'ErrorFolderExists' }, 'E_SOURCE_EXISTS'],
    [409, { code: 'nameAlreadyExists' }, 'E_SOURCE_EXISTS'],
    [404, { code: 'itemNotFound' }, 'E_SOURCE_NOT_FOUND'],
    [404, { message: "User's mysite not found." }, 'E_SOURCE_NOT_PROVISIONED'],
    [400, { message: 'Tenant does not have a SPO license.' }, 'E_SOURCE_NOT_PROVISIONED'],
    [404, { code: 'MailboxNotEnabledForRESTAPI' }, 'E_SOURCE_NOT_PROVISIONED'],
    [403, { code: 'ErrorAccessDenied' }, 'E_SOURCE_DENIED'],
    [403, { code: 'malwareDetected' }, 'E_SOURCE_MALWARE'],
    [500, { code: 'ErrorCorruptData' }, 'E_SOURCE_ITEM_UNREADABLE'],
    [503, {}, 'E_SOURCE_UNAVAILABLE'],
    [509, {}, 'E_SOURCE_THROTTLED'],
    [400, { code: 'invalidRequest' }, 'E_SOURCE_REFUSED'],
  ])('classifies %i %j as %s', (status, error, code) => {
    expect(classify(status, error).code).toBe(code);
  });

  it('carries how long the service asks to wait', () => {
    expect(classify(429, {}, { 'retry-after': '2.128' }).retryAfterMs).toBe(2128);
  });

  it('says what was asked and what the service called it', () => {
    expect(classify(403, { code: 'ErrorAccessDenied', message: 'Access is denied.' }).message).toBe(
      'a call answered 403 (ErrorAccessDenied: Access is denied.)',
    );
  });
});
