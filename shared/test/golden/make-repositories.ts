// `node shared/test/golden/make-repositories.ts`: writes shared/testdata/repositories again. See the README there.
import { standardLimits } from '../../src/repository/consolidation/choose-packs.ts';
import { eraseObjects } from '../../src/repository/erase/erase-objects.ts';
import { applyChange } from '../../src/repository/header/header-change.ts';
import { verifyHeader } from '../../src/repository/header/header-layout.ts';
import {
  changeHeader,
  initializeRepository,
  readHeader,
} from '../../src/repository/header/header-store.ts';
import { rotateKey } from '../../src/repository/header/make-change.ts';
import { createHeader } from '../../src/repository/header/repository-header.ts';
import { writeCheckpoint } from '../../src/repository/log/checkpoint.ts';
import {
  type MaintainRepository,
  maintainRepository,
} from '../../src/repository/maintenance/maintain-repository.ts';
import type { Entropy } from '../../src/repository/ports.ts';
import type { ObjectWriter } from '../../src/repository/session/repository-session.ts';
import { copyPoint } from '../repository/copying.ts';
import {
  anItem,
  anObject,
  owned,
  someBytes,
  type TestRepository,
  testPorts,
} from '../repository/test-repository.ts';
import { TestStore } from '../repository/test-store.ts';
import { archive, mailWithReport, report, textOf } from './golden-contents.ts';
import { goldenPassword, writeGolden } from './golden-repository.ts';

type Put = (writer: ObjectWriter) => Promise<void>;

/** The same bytes every time. */
function seeded(seed: string): Entropy {
  let blocks = 0;
  return {
    randomBytes: (length) => {
      blocks += 1;
      return someBytes(`${seed} ${blocks}`, length);
    },
  };
}

async function aNewRepository(
  repositoryId: string,
  password: string | undefined,
): Promise<TestRepository> {
  const store = new TestStore();
  const ports = { ...testPorts(store), entropy: seeded(repositoryId) };
  const { header, rootKey } = await createHeader({ repositoryId, password, ...ports });
  await initializeRepository(store, header);
  return { store, ports, repositoryId, rootKey };
}

/** @param objects what is put into each; of what is in none nothing is said */
async function backUp(
  stored: TestRepository,
  sessionId: string,
  objects: Readonly<Record<string, Put>>,
): Promise<void> {
  const repository = await owned(stored);
  const session = await repository.beginSession({ jobId: 'job', sessionId, attempt: 1 });
  for (const [objectId, put] of Object.entries(objects)) {
    const kind = objectId.startsWith('drive') ? 'onedrive' : 'mailbox';
    const previous = await session.previous(objectId);
    const writer = await session.object({ ...anObject(objectId), kind });
    await put(writer);
    const mode = previous === undefined ? 'full' : 'incremental';
    await writer.finish({ syncState: syncStateOf(objectId, sessionId), mode, counts: { read: 1 } });
  }
  await session.commit({ done: true });
}

/** That of a drive is too long to lie in its record. */
function syncStateOf(objectId: string, sessionId: string): Uint8Array {
  const seed = `${objectId} ${sessionId}`;
  return objectId.startsWith('drive') ? someBytes(seed, 5_000) : Buffer.from(seed);
}

function aFolder(folderId: string, name: string) {
  const shape = { type: 'IPF.Note', wellKnownName: undefined, properties: {} };
  return { folderId, parentId: undefined, name, ...shape };
}

const problem = { code: 'E_SOURCE_ITEM', message: 'it could not be read' };

async function fullBackup(stored: TestRepository): Promise<void> {
  await backUp(stored, 's1', {
    'mailbox-1': async (writer) => {
      await writer.putFolder(aFolder('inbox', 'Inbox'));
      await writer.putItem(anItem('empty'), new Uint8Array());
      await writer.putItem(anItem('photo'), someBytes('photo', 5_000));
      await writer.putItem(anItem('attachment'), mailWithReport('the first'));
      await writer.putItem(anItem('removed'), textOf('removed', 900));
      await writer.putItem(anItem('moved'), textOf('moved', 900));
    },
    'mailbox-2': async (writer) => {
      await writer.putItem(anItem('attachment'), mailWithReport('the second'));
      await writer.failItem(anItem('never-read'), problem);
    },
    'mailbox-3': (writer) => writer.putItem(anItem('erased'), textOf('erased', 2_000)),
    'drive-1': async (writer) => {
      await writer.putItem(anItem('report', { format: 'file' }), report);
      await writer.putItem(anItem('archive', { format: 'file' }), archive);
    },
  });
}

async function changes(stored: TestRepository): Promise<void> {
  await backUp(stored, 's2', {
    'mailbox-1': async (writer) => {
      await writer.putFolder(aFolder('other', 'Other'));
      await writer.moveItem(anItem('moved', { folderId: 'other', changeKey: 'key-2' }));
      await writer.removeItem('removed');
      await writer.failItem(anItem('photo', { changeKey: 'key-2' }), problem);
      await writer.putItem(anItem('new-in-s2'), textOf('s2', 3_000));
    },
    // Nothing but its sync state.
    'mailbox-2': async () => {},
  });
}

/** Under another root key, which the same password opens. @returns the repository as it opens from then on */
async function rotated(stored: TestRepository): Promise<TestRepository> {
  const { ports, store, rootKey } = stored;
  const header = await verifyHeader(await readHeader(store), ports.compute);
  const passwords = [{ password: goldenPassword, label: 'second' }];
  const made = await rotateKey(ports, header, { passwords });
  const rootKeys = [rootKey, made.rootKey];
  await changeHeader(ports, (current) => applyChange({ ...ports, rootKeys }, current, made.change));
  return { ...stored, rootKey: made.rootKey };
}

function maintained(
  stored: TestRepository,
  changed: Partial<MaintainRepository> & { readonly sessionId: string },
) {
  const policyOf: MaintainRepository['policyOf'] = () => {
    return { policy: { type: 'snapshot', keepLast: 9 }, isAbandoned: false };
  };
  return owned(stored).then(({ context }) => maintainRepository(context, { policyOf, ...changed }));
}

async function checkpointed(stored: TestRepository): Promise<void> {
  const { log, codec } = (await owned(stored)).context;
  await writeCheckpoint({ ...stored.ports, codec }, log.state);
}

/** Two key epochs, an erased object, moved segments, a checkpoint with entries behind it. */
async function makeBackup(): Promise<TestRepository> {
  const first = await aNewRepository('golden-backup', goldenPassword);
  await fullBackup(first);
  await changes(first);
  const stored = await rotated(first);
  await backUp(stored, 's3', {
    'mailbox-1': (writer) => writer.putItem(anItem('new-in-s3'), textOf('s3', 3_000)),
    'drive-1': (writer) => writer.putItem(anItem('new-in-s3'), textOf('drive s3', 90_000)),
  });
  await eraseObjects((await owned(stored)).context, { objects: ['mailbox-3'] });
  const limits = { ...standardLimits, smallPacksMin: 2 };
  await maintained(stored, { sessionId: 'maintenance-1', limits });
  await checkpointed(stored);
  await backUp(stored, 's4', {
    'mailbox-2': (writer) => writer.putItem(anItem('new-in-s4'), mailWithReport('the third')),
  });
  return stored;
}

/** Archived packs with their manifests, tails, and tails that were sealed. */
async function makeCopy(from: TestRepository): Promise<TestRepository> {
  const to = await aNewRepository('golden-copy', goldenPassword);
  const packBytes = 15_000;
  for (const pointId of ['s2', 's3']) await copyPoint({ from, to, pointId, packBytes });
  const sealing = { storageClass: 'archive', packBytes, all: true } as const;
  await maintained(to, { sessionId: 'maintenance-1', sealing });
  await copyPoint({ from, to, pointId: 's4', packBytes });
  return to;
}

async function makeOpenBackup(): Promise<TestRepository> {
  const stored = await aNewRepository('golden-open', undefined);
  await fullBackup(stored);
  await changes(stored);
  return stored;
}

const backup = await makeBackup();
await writeGolden('encrypted-backup', backup);
await writeGolden('archived-copy', await makeCopy(backup));
await writeGolden('open-backup', await makeOpenBackup());
