import type { ApplianceTags } from '../../ports/appliance-launcher.ts';

/** Names of the tags; deploy/appliance/ has policies that go by them. */
export const installationTag = 'firn-installation';
export const workerTag = 'firn-worker';

export function toMachineTags(tags: ApplianceTags): Readonly<Record<string, string>> {
  return {
    [installationTag]: tags.installationId,
    [workerTag]: tags.workerId,
    Name: machineName(tags.workerId),
  };
}

export function machineName(workerId: string): string {
  return `arc-${workerId}`;
}

/** undefined: the resource is nobody's appliance. */
export function fromMachineTags(
  tags: Readonly<Record<string, string | undefined>>,
): ApplianceTags | undefined {
  const installationId = tags[installationTag];
  const workerId = tags[workerTag];
  return installationId && workerId ? { installationId, workerId } : undefined;
}

export function isSameAppliance(a: ApplianceTags, b: ApplianceTags): boolean {
  return a.installationId === b.installationId && a.workerId === b.workerId;
}
