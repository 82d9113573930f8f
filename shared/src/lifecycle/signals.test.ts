import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import { watchSignals } from './signals.ts';

it('drains with the first signal and forces with the second, whichever they are', () => {
  const source = new EventEmitter();
  const signals = watchSignals(source);
  expect(signals.drain.aborted).toBe(false);
  source.emit('SIGTERM');
  expect([signals.drain.aborted, signals.force.aborted]).toEqual([true, false]);
  source.emit('SIGINT');
  expect(signals.force.aborted).toBe(true);
});

it('leaves no listener behind', () => {
  const source = new EventEmitter();
  watchSignals(source).stop();
  expect(source.eventNames()).toEqual([]);
});
