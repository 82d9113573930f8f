/** From a password to the key that opens slots. docs/repository-format.md, "Header". */
import { fromHex, toHex, utf8 } from '../bytes.ts';
import { damaged } from '../damaged.ts';
import type { Argon2Cost, Compute, Entropy } from '../ports.ts';

/** How passwords of a key epoch become keys: one derivation serves all its slots. */
export interface PasswordKdf extends Argon2Cost {
  readonly name: 'argon2id';
  /** 16 random bytes, hex. */
  readonly salt: string;
}

/** RFC 9106, section 4, second recommended option, with one lane. */
const standardCost: Argon2Cost = { memoryKiB: 64 * 1024, passes: 3, parallelism: 1 };

/** Beyond it a header keeps whoever opens it busy, or takes all his memory. */
const costMax: Argon2Cost = { memoryKiB: 1024 * 1024, passes: 16, parallelism: 8 };

const costs = ['memoryKiB', 'passes', 'parallelism'] as const;

/** With a salt of its own. */
export function newPasswordKdf(entropy: Entropy): PasswordKdf {
  return { name: 'argon2id', ...standardCost, salt: toHex(entropy.randomBytes(16)) };
}

/** 32 bytes: of all slots of the epoch. */
export function passwordKey(
  compute: Compute,
  { memoryKiB, passes, parallelism, salt }: PasswordKdf,
  password: string,
): Promise<Uint8Array> {
  const cost = { memoryKiB, passes, parallelism };
  return compute.argon2id(utf8(password.normalize('NFC')), fromHex(salt), cost);
}

/**
 * E_REPOSITORY_DAMAGED when it costs less than a new one, which would make new slots
 * cheap to guess, or more than anybody should be made to pay.
 */
export function verifyKdf(kdf: unknown): PasswordKdf {
  const given: Partial<PasswordKdf> = typeof kdf === 'object' && kdf !== null ? kdf : {};
  const isKnown = given.name === 'argon2id' && /^[0-9a-f]{32}$/.test(String(given.salt));
  if (!isKnown || !costs.every((cost) => isWithin(cost, given[cost]))) {
    throw damaged(
      'the header of the repository derives keys of passwords in no way that is allowed',
    );
  }
  return given as PasswordKdf;
}

function isWithin(cost: keyof Argon2Cost, value: unknown): boolean {
  if (typeof value !== 'number' || !Number.isInteger(value)) return false;
  return value >= standardCost[cost] && value <= costMax[cost];
}
