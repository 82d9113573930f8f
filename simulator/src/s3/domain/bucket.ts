import { checkWriteCondition, type WriteCondition } from './conditions.ts';
import type { MultipartUpload } from './multipart-upload.ts';
import type { DefaultRetention } from './object-lock.ts';
import { type AnyVersion, NULL_VERSION, type ObjectVersion } from './object-version.ts';
import { S3Error } from './s3-error.ts';
import { SortedKeys } from './sorted-keys.ts';

/**
 * Versioning of a bucket: `off` until it is first enabled, then `enabled` or `suspended`, never
 * `off` again. With object lock it is enabled and stays so.
 */
export type Versioning = 'off' | 'enabled' | 'suspended';

/** A conditional write under way: whether its key was changed by somebody else meanwhile. */
export interface KeyWatch {
  readonly key: string;
  disturbed: boolean;
}

/** A bucket: the versions of its keys, newest first, and its uploads. */
export class Bucket {
  readonly name: string;
  readonly createdMs: number;
  versioning: Versioning = 'off';
  objectLock: { default: DefaultRetention | undefined } | undefined;
  readonly keys = new SortedKeys();
  readonly uploads = new Map<string, MultipartUpload>();
  readonly #versions = new Map<string, AnyVersion[]>();
  readonly #watches = new Set<KeyWatch>();

  constructor(name: string, createdMs: number) {
    this.name = name;
    this.createdMs = createdMs;
  }

  get isEmpty(): boolean {
    return this.#versions.size === 0;
  }

  /** Every version of every key, in no order. */
  *allVersions(): Generator<AnyVersion> {
    for (const versions of this.#versions.values()) yield* versions;
  }

  /** The versions of a key, newest first. */
  versionsOf(key: string): readonly AnyVersion[] {
    return this.#versions.get(key) ?? [];
  }

  /** The newest version, unless there is none or it is a delete marker. */
  current(key: string): ObjectVersion | undefined {
    const newest = this.#versions.get(key)?.[0];
    return newest?.kind === 'object' ? newest : undefined;
  }

  version(key: string, versionId: string): AnyVersion | undefined {
    return this.#versions.get(key)?.find((version) => version.versionId === versionId);
  }

  /**
   * Makes a version the newest. Without versioning it takes the place of the null version, which is
   * handed back: its bytes are to be removed.
   */
  put(version: AnyVersion): AnyVersion | undefined {
    const known = this.#versions.get(version.key);
    this.#disturb(version.key);
    if (!known) {
      this.#versions.set(version.key, [version]);
      this.keys.add(version.key);
      return undefined;
    }
    const replaced =
      version.versionId === NULL_VERSION ? this.version(version.key, NULL_VERSION) : undefined;
    if (replaced) known.splice(known.indexOf(replaced), 1);
    known.unshift(version);
    return replaced;
  }

  /** Takes a version away for good. */
  remove(version: AnyVersion): void {
    const known = this.#versions.get(version.key) ?? [];
    const at = known.indexOf(version);
    if (at < 0) return;
    this.#disturb(version.key);
    known.splice(at, 1);
    if (known.length > 0) return;
    this.#versions.delete(version.key);
    this.keys.delete(version.key);
  }

  /** Begins a conditional write: refuses it at once, or watches the key until `settle`. */
  watch(key: string, condition: WriteCondition): KeyWatch {
    checkWriteCondition(condition, this.current(key));
    const watch = { key, disturbed: false };
    this.#watches.add(watch);
    return watch;
  }

  /**
   * Ends a conditional write. When the key was changed since it began, the two were racing: 409,
   * whatever the condition says now [Amazon S3: Conditional requests].
   */
  settle(watch: KeyWatch): void {
    this.unwatch(watch);
    if (!watch.disturbed) return;
    throw new S3Error('ConditionalRequestConflict', {
      message:
        'The conditional request cannot succeed due to a conflicting operation against this resource.',
      elements: { Key: watch.key },
    });
  }

  unwatch(watch: KeyWatch): void {
    this.#watches.delete(watch);
  }

  #disturb(key: string): void {
    for (const watch of this.#watches) if (watch.key === key) watch.disturbed = true;
  }
}
