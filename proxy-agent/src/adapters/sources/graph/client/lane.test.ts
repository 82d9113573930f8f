import { ManualClock } from '@firn/shared/time/manual-clock';
import { describe, expect, it } from 'vitest';
import { Lane } from './lane.ts';

const signal = new AbortController().signal;
const settle = () => new Promise((resolve) => setImmediate(resolve));

function laneOf(options: { slots?: number; unitsMax?: number } = {}) {
  const clock = new ManualClock(1_000_000);
  const lane = new Lane({
    clock,
    slotCount: options.slots ?? 4,
    unitsMax: options.unitsMax ?? 100,
    spanMs: 60_000,
  });
  return { clock, lane };
}

describe('Lane', () => {
  it('lets no more requests run at once than it has slots', async () => {
    const { lane } = laneOf({ slots: 2 });
    const entered: number[] = [];
    const enter = async (id: number) => {
      const leave = await lane.enter({ slots: 1, units: 1 }, signal);
      entered.push(id);
      return leave;
    };
    const first = await enter(1);
    await enter(2);
    const third = enter(3);
    await settle();
    expect(entered).toEqual([1, 2]);
    first();
    await third;
    expect(entered).toEqual([1, 2, 3]);
  });

  it('admits a batch that needs all slots only when the lane is empty', async () => {
    const { lane } = laneOf();
    const leave = await lane.enter({ slots: 1, units: 1 }, signal);
    let admitted = false;
    const batch = lane.enter({ slots: 20, units: 20 }, signal).then(() => {
      admitted = true;
    });
    await settle();
    expect(admitted).toBe(false);
    leave();
    await batch;
    expect(admitted).toBe(true);
  });

  it('waits until the units of a span have come back', async () => {
    const { clock, lane } = laneOf({ unitsMax: 100 });
    (await lane.enter({ slots: 1, units: 100 }, signal))();
    let admitted = false;
    const late = lane.enter({ slots: 1, units: 1 }, signal).then(() => {
      admitted = true;
    });
    await settle();
    clock.advance(59_000);
    await settle();
    expect(admitted).toBe(false);
    clock.advance(2_000);
    await late;
    expect(admitted).toBe(true);
  });

  it('sends nothing while paused, and pauses never shorten each other', async () => {
    const { clock, lane } = laneOf();
    lane.pause(30_000);
    lane.pause(1_000);
    const entering = lane.enter({ slots: 1, units: 1 }, signal);
    await settle();
    expect(clock.sleptMs).toEqual([30_000]);
    clock.advance(30_000);
    await entering;
  });

  it('lets an aborted request go without blocking the next', async () => {
    const { lane } = laneOf({ slots: 1 });
    const leave = await lane.enter({ slots: 1, units: 1 }, signal);
    const controller = new AbortController();
    const waiting = lane.enter({ slots: 1, units: 1 }, controller.signal);
    await settle();
    controller.abort(new Error('stopped'));
    await expect(waiting).rejects.toThrow('stopped');
    leave();
    await lane.enter({ slots: 1, units: 1 }, signal);
  });
});
