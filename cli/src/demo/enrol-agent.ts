import { systemClock } from '@firn/shared/time/system-clock';
import type { RunningProgram } from './environment/program.ts';
import type { AgentOptions, Environment } from './environment/start-environment.ts';
import type { Story } from './story/story.ts';

const pollMs = 100;

export interface EnrolOptions extends Omit<AgentOptions, 'join'> {
  readonly name: string;
}

/** Starts a proxy agent with a one-time join string and waits until it is connected. */
export async function enrolAgent(
  story: Story,
  environment: Environment,
  options: EnrolOptions,
): Promise<RunningProgram> {
  const { name, ...agentOptions } = options;
  const { joinString } = await story.client.call('createEnrollmentToken', { body: { name } });
  const agent = await environment.startAgent({ ...agentOptions, join: joinString });
  for (;;) {
    const { items } = await story.client.call('listProxies', { query: {} });
    if (items.some((proxy) => proxy.name === name && proxy.connected)) return agent;
    await systemClock.sleep(pollMs, story.signal);
  }
}
