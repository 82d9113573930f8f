import type { Bus } from './bus.ts';

async function* nothing(): AsyncGenerator<never> {}

/** For a worker without NATS: nobody sees its progress, and nothing else changes. */
export const silentBus: Bus = {
  publish: () => {},
  subscribe: nothing,
  last: () => Promise.resolve(undefined),
  close: () => Promise.resolve(),
};
