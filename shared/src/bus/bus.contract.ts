import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Bus, BusMessage } from './bus.ts';
import { subjects } from './subjects.ts';

export interface BusUnderTest {
  readonly bus: Bus;
  /** Resolves when all that was published or subscribed before has reached the bus. */
  readonly settle: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Every bus obeys this. */
export function describeBus(name: string, make: () => Promise<BusUnderTest>): void {
  describe(`${name} as a bus`, () => {
    let tested: BusUnderTest;
    let bus: Bus;
    let stop: AbortController;
    beforeEach(async () => {
      tested = await make();
      bus = tested.bus;
      stop = new AbortController();
    });
    afterEach(async () => {
      stop.abort();
      await tested.close();
    });

    it('brings messages in order, from the subscription on', async () => {
      bus.publish(subjects.sessionChanged('s1'), text('too early'));
      await tested.settle();
      const messages = bus.subscribe(subjects.sessionChanged('s1'), stop.signal);
      for (const word of ['one', 'two', 'three']) {
        bus.publish(subjects.sessionChanged('s1'), text(word));
      }
      expect(await take(messages, 3)).toEqual(['one', 'two', 'three']);
    });

    it('brings a message to every watcher whose pattern means its subject', async () => {
      const all = bus.subscribe('firn.v1.>', stop.signal);
      const ofSession = bus.subscribe(subjects.progressOfSession('s1'), stop.signal);
      bus.publish(subjects.progress('agent', 's2'), text('other'));
      bus.publish(subjects.progress('agent', 's1'), text('mine'));
      expect(await take(all, 2)).toEqual(['other', 'mine']);
      expect(await take(ofSession, 1)).toEqual(['mine']);
    });

    it('keeps the last progress of a session, whoever worked on it', async () => {
      bus.publish(subjects.progress('agent', 's1'), text('10 %'));
      bus.publish(subjects.progress('agent', 's1'), text('20 %'));
      bus.publish(subjects.progress('agent', 's2'), text('99 %'));
      await tested.settle();
      const last = await bus.last(subjects.progressOfSession('s1'));
      expect(last?.subject).toBe(subjects.progress('agent', 's1'));
      expect(string(last?.payload)).toBe('20 %');
    });

    it('has no last message where none was kept', async () => {
      bus.publish(subjects.sessionChanged('s1'), text('changed'));
      await tested.settle();
      expect(await bus.last(subjects.sessionChanged('s1'))).toBeUndefined();
      expect(await bus.last(subjects.progressOfSession('none'))).toBeUndefined();
    });

    it('ends a subscription with its signal', async () => {
      const messages = bus.subscribe('firn.v1.>', stop.signal);
      const taken = take(messages, 1);
      stop.abort();
      expect(await taken).toEqual([]);
      expect(await take(bus.subscribe('firn.v1.>', stop.signal), 1)).toEqual([]);
    });

    it('ends subscriptions when it closes, and takes no harm from what comes later', async () => {
      const taken = take(bus.subscribe('firn.v1.>', stop.signal), 1);
      await bus.close();
      expect(await taken).toEqual([]);
      bus.publish(subjects.sessionChanged('s1'), text('late'));
      expect(await take(bus.subscribe('firn.v1.>', stop.signal), 1)).toEqual([]);
    });
  });
}

async function take(messages: AsyncIterable<BusMessage>, count: number): Promise<string[]> {
  const taken: string[] = [];
  for await (const message of messages) {
    taken.push(string(message.payload));
    if (taken.length === count) break;
  }
  return taken;
}

function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

function string(bytes: Uint8Array | undefined): string {
  return new TextDecoder().decode(bytes);
}
