import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ApplianceLauncher, ApplianceOrder, LaunchIntent } from './appliance-launcher.ts';

/** What a launcher is tried on. */
export interface LauncherPlace {
  /** A launcher as a controller that was just started builds it: it remembers nothing. */
  open(): ApplianceLauncher;
  /** Join strings of the programs that were started so far, in any order. */
  joinStrings(): Promise<readonly string[]>;
  /** Makes the program of an appliance end by itself, as after its work. */
  finish(joinString: string): Promise<void>;
  /** Lets the cloud do what it has begun: boot, delete. */
  settle(): Promise<void>;
  readonly faults?: LauncherFaults;
  remove(): Promise<void>;
}

/** Each is for the next launch alone. */
export interface LauncherFaults {
  loseReply(): Promise<void>;
  /** undefined: a launch here does not fail for want of room, it waits. */
  lackCapacity?(): Promise<void>;
  /** With what this cloud leaves behind after it. */
  exhaustQuota(): Promise<void>;
  /** @returns the permission that is taken away, as the cloud calls it; until the place is removed */
  denyLaunch(): Promise<string>;
}

export function describeApplianceLauncher(
  name: string,
  makePlace: () => Promise<LauncherPlace>,
): void {
  describe(`${name}: an appliance launcher`, () => {
    let place: LauncherPlace;
    let launcher: ApplianceLauncher;
    beforeEach(async () => {
      place = await makePlace();
      launcher = place.open();
    });
    afterEach(async () => {
      await place.remove();
    });

    it('starts one appliance with its join string, and shows it by its tags', async () => {
      const { intent, joinString } = anIntent(launcher);
      const launched = await launcher.launch(intent);
      await place.settle();
      expect(await place.joinStrings()).toEqual([joinString]);
      const { installationId, workerId } = intent;
      expect(launched).toMatchObject({ installationId, workerId });
      const found = await place.open().find(intent);
      expect(found).toMatchObject({ workerId, state: 'running', handle: launched?.handle });
      expect(await place.open().list(installationId)).toEqual([found]);
      await endFully(place, launcher, intent);
    });

    it('starts nothing more when the intent is launched again, by whoever', async () => {
      const { intent, joinString } = anIntent(launcher);
      const first = await launcher.launch(intent);
      const stored: LaunchIntent = JSON.parse(JSON.stringify(intent));
      const second = await place.open().launch(stored);
      expect(second?.handle).toBe(first?.handle);
      await place.settle();
      const third = await launcher.launch(stored);
      expect(third?.handle).toBe(first?.handle);
      expect(await place.joinStrings()).toEqual([joinString]);
      await endFully(place, launcher, intent);
    });

    it('ends it with all that it had, and again, and for good', async () => {
      const { intent, joinString } = anIntent(launcher);
      await launcher.launch(intent);
      await place.settle();
      await endFully(place, place.open(), intent);
      expect(await launcher.find(intent)).toBeUndefined();
      expect(await launcher.list(intent.installationId)).toEqual([]);
      expect(await launcher.end(intent)).toBe(true);
      expect(await place.joinStrings()).toEqual([joinString]);
    });

    it('says that there is nothing of what was never launched', async () => {
      const { intent } = anIntent(launcher);
      expect(await launcher.find(intent)).toBeUndefined();
      expect(await launcher.end(intent)).toBe(true);
      expect(await place.joinStrings()).toEqual([]);
    });

    it('keeps away from the appliances of another installation', async () => {
      const mine = anIntent(launcher).intent;
      const theirs = anIntent(launcher).intent;
      await launcher.launch(mine);
      await launcher.launch(theirs);
      await place.settle();
      const stranger = { installationId: mine.installationId, workerId: theirs.workerId };
      expect(await launcher.find(stranger)).toBeUndefined();
      expect(await launcher.end(stranger)).toBe(true);
      const left = await launcher.list(theirs.installationId);
      expect(left.map((each) => each.workerId)).toEqual([theirs.workerId]);
      await endFully(place, launcher, mine);
      await endFully(place, launcher, theirs);
    });

    it('leaves nothing that runs when the appliance ends by itself', async () => {
      const { intent, joinString } = anIntent(launcher);
      await launcher.launch(intent);
      await place.settle();
      await place.finish(joinString);
      await place.settle();
      expect([undefined, 'leftovers']).toContain((await launcher.find(intent))?.state);
      await endFully(place, launcher, intent);
    });

    it('has choices with a description, and a price where it is known', () => {
      expect(launcher.choices.length).toBeGreaterThan(0);
      for (const { description, dollarsPerHour } of launcher.choices) {
        expect(description).not.toBe('');
        if (dollarsPerHour !== undefined) expect(dollarsPerHour).toBeGreaterThanOrEqual(0);
      }
    });

    it('misses no permission', async () => {
      expect(await launcher.missingPermissions()).toEqual([]);
    });

    describeFaults(() => ({ place, launcher }));
  });
}

function describeFaults(use: () => { place: LauncherPlace; launcher: ApplianceLauncher }): void {
  it('finds the same machine after a lost reply', async ({ skip }) => {
    const { place, launcher } = use();
    if (place.faults === undefined) return skip('no cloud, no faults');
    const { intent, joinString } = anIntent(launcher);
    await place.faults.loseReply();
    await expect(launcher.launch(intent)).rejects.toMatchObject({
      code: 'E_APPLIANCE_UNANSWERED',
    });
    const again = await place.open().launch(intent);
    expect(again?.workerId).toBe(intent.workerId);
    await place.settle();
    expect(await place.joinStrings()).toEqual([joinString]);
    await endFully(place, launcher, intent);
  });

  it('ends what a lost reply has started', async ({ skip }) => {
    const { place, launcher } = use();
    if (place.faults === undefined) return skip('no cloud, no faults');
    const { intent } = anIntent(launcher);
    await place.faults.loseReply();
    await launcher.launch(intent).catch(() => undefined);
    await place.settle();
    await endFully(place, place.open(), intent);
    expect(await launcher.list(intent.installationId)).toEqual([]);
  });

  it('tells a lack of capacity from an exhausted quota, and cleans up after both', async ({
    skip,
  }) => {
    const { place, launcher } = use();
    if (place.faults === undefined) return skip('no cloud, no faults');
    const faults = [
      [place.faults.lackCapacity, 'E_APPLIANCE_CAPACITY'],
      [place.faults.exhaustQuota, 'E_APPLIANCE_QUOTA'],
    ] as const;
    for (const [inject, code] of faults) {
      if (inject === undefined) continue;
      const { intent } = anIntent(launcher);
      await inject();
      await expect(launcher.launch(intent)).rejects.toMatchObject({ code });
      await endFully(place, launcher, intent);
    }
    await place.settle();
    expect(await place.joinStrings()).toEqual([]);
  });

  it('names the permission that it lacks', async ({ skip }) => {
    const { place, launcher } = use();
    if (place.faults === undefined) return skip('no cloud, no faults');
    const permission = await place.faults.denyLaunch();
    expect(await launcher.missingPermissions()).toEqual([permission]);
    const { intent } = anIntent(launcher);
    await expect(launcher.launch(intent)).rejects.toMatchObject({
      code: 'E_APPLIANCE_PERMISSION',
      context: { permission },
    });
  });
}

function anIntent(launcher: ApplianceLauncher): { intent: LaunchIntent; joinString: string } {
  const order: ApplianceOrder = {
    installationId: randomUUID().replaceAll('-', ''),
    workerId: randomUUID(),
    joinString: `firn1.${randomUUID()}`,
    lifeMs: 3_600_000,
  };
  const [choice] = launcher.choices;
  if (choice === undefined) throw new Error('the launcher has no choice');
  return { intent: launcher.prepare(order, choice), joinString: order.joinString };
}

/** Ends it as the reaper does: again and again until nothing is there. */
async function endFully(
  place: LauncherPlace,
  launcher: ApplianceLauncher,
  intent: LaunchIntent,
): Promise<void> {
  for (let round = 0; round < 10; round += 1) {
    if (await launcher.end(intent)) return;
    await place.settle();
  }
  throw new Error(`something of ${intent.workerId} is still there`);
}
