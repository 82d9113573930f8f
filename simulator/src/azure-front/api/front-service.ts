import type { FaultRules } from '../../app/fault-rules.ts';
import type { Latency } from '../../app/latency.ts';
import type { Meter } from '../control/meter.ts';
import { AzureError } from '../domain/azure-error.ts';
import type { FrontReply } from '../http/front-reply.ts';
import type { FrontRequest } from '../http/front-request.ts';
import { dropBody } from '../http/upstream.ts';
import { failAfter, failBefore } from './fault-effects.ts';
import type { FrontWorld } from './front-world.ts';
import { chooseOperation } from './operation-table.ts';
import { settleRehydrations } from './settle.ts';

/** What stands between the socket and the operations. */
export interface ServiceParts {
  readonly world: FrontWorld;
  readonly faults: FaultRules;
  readonly latency: Latency;
  readonly meter: Meter;
}

/** Serves one request: choose, fail on demand, apply, measure. */
export async function serve(request: FrontRequest, parts: ServiceParts): Promise<FrontReply> {
  const { world, faults, latency, meter } = parts;
  const { name, cost, handle } = chooseOperation(request);
  const usual = { cost, tier: 'Hot', outBytes: 0 } as const;
  try {
    const latencyMs = latency.drawMs();
    if (latencyMs > 0) await world.clock.sleep(latencyMs);
    const path = `/${request.container}/${request.blob}`;
    const actions = faults.take({ method: request.method, pattern: name, path });
    await failBefore(actions, world.clock);
    await settleRehydrations(world);
    const { reply, billed } = await handle(request, world);
    meter.count(name, reply.status, { ...usual, ...billed });
    try {
      failAfter(actions);
    } catch (error) {
      dropBody(reply);
      throw error;
    }
    return reply;
  } catch (error) {
    if (error instanceof AzureError) meter.count(name, error.status, usual);
    throw error;
  }
}
