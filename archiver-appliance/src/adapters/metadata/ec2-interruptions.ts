import type { Clock } from '@firn/shared/time/clock';
import type { Interruption, Interruptions } from '../../ports/interruptions.ts';
import { pollMetadata } from './poll-metadata.ts';

/** [EC2: Spot Instance interruption notices] looks every five seconds, too. */
const everyMs = 5_000;
const tokenSeconds = 21_600;

/**
 * What EC2 tells a spot instance two minutes before it takes it away.
 * @param endpoint http://169.254.169.254, or where a test has it
 */
export function makeEc2Interruptions(endpoint: string, clock: Clock): Interruptions {
  let token: string | undefined;
  const look = async (signal: AbortSignal): Promise<Interruption | undefined> => {
    token ??= await newToken(endpoint, signal);
    const response = await fetch(`${endpoint}/latest/meta-data/spot/instance-action`, {
      headers: { 'x-aws-ec2-metadata-token': token },
      signal,
    });
    // Its time is over: the next look takes another.
    if (response.status === 401) token = undefined;
    return response.ok ? readAction(await response.text()) : undefined;
  };
  return pollMetadata({ clock, everyMs, look });
}

async function newToken(endpoint: string, signal: AbortSignal): Promise<string> {
  const response = await fetch(`${endpoint}/latest/api/token`, {
    method: 'PUT',
    headers: { 'x-aws-ec2-metadata-token-ttl-seconds': String(tokenSeconds) },
    signal,
  });
  if (!response.ok) throw new Error(`no metadata token: ${response.status}`);
  return response.text();
}

/** `{"action": "terminate", "time": "2026-09-18T08:22:00Z"}` */
function readAction(text: string): Interruption | undefined {
  const { action, time } = JSON.parse(text) as Readonly<Record<string, unknown>>;
  const atMs = Date.parse(String(time));
  return Number.isNaN(atMs) ? undefined : { atMs, reason: `spot: ${String(action)}` };
}
