/**
 * Who may shorten a retention. governance: whoever has a permission of its own
 * (Azure calls it an unlocked policy). compliance: nobody, not the account's owner.
 */
export type LockMode = 'governance' | 'compliance';
