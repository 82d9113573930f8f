import type { Session, SessionProgress } from '@firn/shared/rest/schemas/session';
import type { RunningProgram } from '../../cli/src/demo/environment/program.ts';
import { type Story, succeed } from '../../cli/src/demo/story/story.ts';

export interface Kill {
  /** The running agent. */
  readonly agent: RunningProgram;
  /** Starts it again, without a join string. */
  readonly restart: () => Promise<RunningProgram>;
  /** True at the moment to kill. */
  readonly when: (progress: SessionProgress) => boolean;
}

export interface Killed {
  readonly agent: RunningProgram;
  readonly session: Session;
  /** What the killed process was doing. */
  readonly interrupted: string;
}

/**
 * Lets a session run until `when` holds, kills the agent with SIGKILL, starts it
 * again and waits for the end. Fails when the session ended before it was hit.
 */
export async function killDuring(story: Story, started: Session, kill: Kill): Promise<Killed> {
  const interrupted = await killAtMoment(story, started, kill);
  const hit = await story.client.call('getSession', { params: { session: started.id } });
  if (hit.endedAt !== undefined) {
    throw new Error(`the ${started.kind} session had ended before the kill hit it`);
  }
  const agent = await kill.restart();
  return { agent, session: await succeed(story, hit), interrupted };
}

async function killAtMoment(story: Story, started: Session, kill: Kill): Promise<string> {
  const stopFollowing = new AbortController();
  const signal = AbortSignal.any([story.signal, stopFollowing.signal]);
  try {
    for await (const event of story.client.followSession(started.id, { signal })) {
      if (event.event === 'end') break;
      if (event.event !== 'progress' || !kill.when(event.data)) continue;
      kill.agent.kill('SIGKILL');
      await kill.agent.exited;
      const { phase, current, objectsDone, packs } = event.data;
      return `${started.kind}: ${phase} (${current}), ${objectsDone} objects and ${packs} packs done`;
    }
  } finally {
    stopFollowing.abort();
  }
  throw new Error(`the ${started.kind} session never came to the moment of the kill`);
}
