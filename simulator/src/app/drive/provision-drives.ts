import type { Directory, User } from '../../domain/directory.ts';
import type { Drive, Drives } from '../../domain/drive/drive.ts';
import { DriveTree } from '../../domain/drive/drive-tree.ts';
import { driveIdOf, driveKeyOf } from '../../domain/drive/item-id.ts';
import type { RandomStream } from '../../domain/random-stream.ts';
import { drawGuid } from '../../domain/seed/seeded-users.ts';
import type { TruthJournal } from '../../domain/truth-journal.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Hasher } from '../../ports/hasher.ts';
import { DriveTruth } from './drive-truth.ts';

const TERABYTE = 1_099_511_627_776;

export type DriveFactory = {
  readonly random: RandomStream;
  readonly journal: TruthJournal;
  readonly clock: Clock;
  readonly hasher: Hasher;
};

/** Gives every user who has one an empty drive. */
export function provisionDrives(drives: Drives, directory: Directory, factory: DriveFactory): void {
  for (const user of directory.all()) {
    if (user.hasDrive) drives.add(makeDrive(user, factory));
  }
}

/** An empty drive; all its ids follow from the seed and the user. */
export function makeDrive(user: User, factory: DriveFactory): Drive {
  const { random, journal, clock, hasher } = factory;
  const stream = random.fork(`drive ${user.userPrincipalName.toLowerCase()}`);
  const newGuid = (): string => drawGuid(stream);
  const guids = { site: newGuid(), web: newGuid(), list: newGuid() };
  const siteName = user.userPrincipalName.toLowerCase().replaceAll(/[^a-z0-9]/g, '_');
  const tree = new DriveTree({
    driveKey: driveKeyOf(guids.list),
    libraryPath: `personal/${siteName}/Documents`,
    newGuid,
    nowMs: () => clock.nowMs(),
    watcher: new DriveTruth({ journal, user: user.userPrincipalName, hasher }),
  });
  return {
    id: driveIdOf(guids),
    userId: user.id,
    userPrincipalName: user.userPrincipalName,
    ownerName: user.displayName,
    siteGuids: guids,
    siteName,
    tree,
    createdAtMs: clock.nowMs(),
    quirks: {
      childrenFirst: false,
      foldDeletions: false,
      locked: false,
      resync: 'resyncChangesApplyDifferences',
    },
    quotaBytes: TERABYTE,
    tokenGeneration: 1,
  };
}
