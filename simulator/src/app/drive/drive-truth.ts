import { type DriveItem, isContainer } from '../../domain/drive/drive-item.ts';
import type { TreeWatcher } from '../../domain/drive/drive-tree.ts';
import type { TruthJournal } from '../../domain/truth-journal.ts';
import type { Hasher } from '../../ports/hasher.ts';

/** Reports every change of a drive to the journal of the truth. */
export class DriveTruth implements TreeWatcher {
  readonly #journal: TruthJournal;
  readonly #user: string;
  readonly #hasher: Hasher;

  constructor(options: { journal: TruthJournal; user: string; hasher: Hasher }) {
    this.#journal = options.journal;
    this.#user = options.user;
    this.#hasher = options.hasher;
  }

  changed(item: DriveItem): void {
    const place = { kind: 'file', user: this.#user, key: item.id } as const;
    if (isContainer(item)) {
      const isRoot = item.parentId === undefined;
      this.#journal.putFolder({
        ...place,
        parentKey: item.parentId ?? null,
        name: isRoot ? '' : item.name,
      });
      return;
    }
    this.#journal.putItem({
      ...place,
      folderKey: item.parentId ?? '',
      name: item.name,
      sizeBytes: item.sizeBytes,
      digest: digestOf(item, this.#hasher),
    });
  }

  gone(item: DriveItem): void {
    const place = { kind: 'file', user: this.#user, key: item.id } as const;
    if (isContainer(item)) this.#journal.dropFolder(place);
    else this.#journal.dropItem(place);
  }
}

/** Name, bytes and client-side dates; the state is taken now, the bytes are hashed when asked. */
function digestOf(item: DriveItem, hasher: Hasher): () => Promise<string> {
  const { name, content, times } = item;
  return async () => {
    const digests = await content?.digests();
    const canonical = JSON.stringify({
      name,
      sizeBytes: content?.sizeBytes ?? 0,
      sha256: digests?.sha256 ?? '',
      createdDateTime: new Date(times.createdAtMs).toISOString(),
      lastModifiedDateTime: new Date(times.modifiedAtMs).toISOString(),
    });
    return hasher.sha256().update(canonical).hex();
  };
}
