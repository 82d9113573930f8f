import type { Drive } from '../../domain/drive/drive.ts';
import type { DriveItem } from '../../domain/drive/drive-item.ts';

const NOTEBOOK_FILE_BYTES_MAX = 1024 * 1024;

/** Large parts of a OneNote notebook cannot be downloaded: the service answers 503. */
export function isTooLargeNotebook({ drive }: { drive: Drive }, item: DriveItem): boolean {
  if (item.sizeBytes <= NOTEBOOK_FILE_BYTES_MAX) return false;
  return drive.tree.ancestorsOf(item).some((parent) => parent.kind === 'package');
}
