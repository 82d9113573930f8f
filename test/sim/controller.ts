import type { Agent } from './agent.ts';
import type { World } from './world.ts';

/**
 * Names the incarnation that may own the repository, and gives out sessions. It
 * cannot tell a dead process from a silent one, and names another while the old
 * one is merely paused.
 */
export class Controller {
  readonly #world: World;
  readonly #agents: Agent[] = [];
  #sessions = 0;
  /** A rotation begins another one: from then on objects get new keys. */
  keyEpoch = 1;
  /** No new session is started. */
  isClosing = false;

  constructor(world: World) {
    this.#world = world;
  }

  get named(): Agent | undefined {
    return this.#agents.at(-1);
  }

  get agents(): readonly Agent[] {
    return this.#agents;
  }

  isNamed(incarnation: string): boolean {
    return this.named?.incarnation === incarnation;
  }

  name(agent: Agent): void {
    this.#agents.push(agent);
    this.#world.note(`${agent.incarnation} is named`);
  }

  nextSessionId(): string {
    this.#sessions += 1;
    return `s${this.#sessions}`;
  }
}
