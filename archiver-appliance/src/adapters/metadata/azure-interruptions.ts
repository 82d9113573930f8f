import type { Clock } from '@firn/shared/time/clock';
import type { Interruption, Interruptions } from '../../ports/interruptions.ts';
import { pollMetadata } from './poll-metadata.ts';

/**
 * A spot machine has 30 seconds. The service is only turned on by the first
 * question, which may take minutes. [Azure: Scheduled Events for Linux VMs]
 */
const everyMs = 2_000;

/** Events that end the machine or what runs in it. */
const endings = new Set(['Preempt', 'Terminate', 'Redeploy', 'Reboot']);

/**
 * What Azure tells a machine before it is taken away.
 * @param endpoint http://169.254.169.254, or where a test has it
 */
export function makeAzureInterruptions(endpoint: string, clock: Clock): Interruptions {
  const url = `${endpoint}/metadata/scheduledevents?api-version=2020-07-01`;
  const look = async (signal: AbortSignal): Promise<Interruption | undefined> => {
    const response = await fetch(url, { headers: { Metadata: 'true' }, signal });
    return response.ok ? readEvents(await response.json(), clock.now()) : undefined;
  };
  return pollMetadata({ clock, everyMs, look });
}

interface ScheduledEvents {
  readonly Events?: readonly { readonly EventType?: string; readonly NotBefore?: string }[];
}

function readEvents(document: unknown, nowMs: number): Interruption | undefined {
  const { Events = [] } = document as ScheduledEvents;
  const event = Events.find(({ EventType = '' }) => endings.has(EventType));
  if (event === undefined) return undefined;
  // Empty once it has begun.
  const atMs = Date.parse(event.NotBefore ?? '');
  return { atMs: Number.isNaN(atMs) ? nowMs : atMs, reason: `scheduled event ${event.EventType}` };
}
