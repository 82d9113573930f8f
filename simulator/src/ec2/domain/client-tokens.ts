import { Ec2Error } from './ec2-error.ts';
import type { Instance } from './instance.ts';

interface Known {
  readonly parameters: string;
  readonly instances: readonly Instance[];
}

/** A token is good for at least 24 hours after its instance was terminated. */
const KEPT_MS = 24 * 3_600_000;

/**
 * The client tokens of RunInstances [EC2: Ensuring idempotency]: the same
 * request is answered with the same instances, as they are now; other
 * parameters with a known token are refused. A request that was refused has
 * not used its token.
 */
export class ClientTokens {
  readonly #known = new Map<string, Known>();

  /** @returns the instances that the token has started */
  find(token: string, parameters: string, nowMs: number): readonly Instance[] | undefined {
    const known = this.#known.get(token);
    if (known === undefined || isOver(known, nowMs)) return undefined;
    if (known.parameters === parameters) return known.instances;
    throw new Ec2Error(
      'IdempotentParameterMismatch',
      'Arguments on this idempotent request are inconsistent with arguments used in previous request(s).',
    );
  }

  keep(token: string, parameters: string, instances: readonly Instance[]): void {
    this.#known.set(token, { parameters, instances });
  }
}

function isOver({ instances }: Known, nowMs: number): boolean {
  return instances.every(({ endedAtMs }) => endedAtMs !== undefined && nowMs > endedAtMs + KEPT_MS);
}
