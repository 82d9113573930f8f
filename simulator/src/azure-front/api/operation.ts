import type { Billed, RequestClass } from '../control/meter.ts';
import type { FrontReply } from '../http/front-reply.ts';
import type { FrontRequest } from '../http/front-request.ts';
import type { FrontWorld } from './front-world.ts';

export interface Handled {
  readonly reply: FrontReply;
  /** What differs from the operation's own cost at tier Hot. */
  readonly billed?: Partial<Billed>;
}

export interface Operation {
  /** Azure's name of it. */
  readonly name: string;
  readonly cost: RequestClass;
  readonly handle: (request: FrontRequest, world: FrontWorld) => Promise<Handled>;
}

/** As it came, to Azurite. */
export async function forward(request: FrontRequest, { upstream }: FrontWorld): Promise<Handled> {
  return { reply: await upstream.forward(request) };
}
