import type { StorageTestResult } from '@firn/shared/rest/schemas/object-storage';
import { formatBytes } from './quantity.ts';
import { renderTable } from './table.ts';
import { paint } from './terminal.ts';

type Finding = StorageTestResult['findings'][number];
type Speed = NonNullable<StorageTestResult['speed']>;

const marks = {
  passed: () => paint('green', 'ok'),
  warning: () => paint('yellow', 'warning'),
  failed: () => paint('red', 'failed'),
} as const;

/** A line for the eye. */
export function findingLine({ check, outcome, message }: Finding): string {
  return `${marks[outcome]()} ${check}${message === '' ? '' : `: ${message}`}`;
}

/** How fast it is, and whether repositories can lie there. */
export function reportText({ usable, speed }: Omit<StorageTestResult, 'findings'>): string {
  const verdict = usable ? 'repositories can lie here' : 'repositories cannot lie here';
  return speed === undefined ? verdict : `${speedTable(speed)}\n${verdict}`;
}

function speedTable(speed: Speed): string {
  const rates = (one: number, eight: number) => `${formatBytes(one)}/s, ${formatBytes(eight)}/s`;
  const rows = [
    { what: 'put, median', value: `${speed.putMs} ms` },
    { what: 'get, median', value: `${speed.getMs} ms` },
    {
      what: 'upload, 1 and 8 streams',
      value: rates(speed.uploadOneStream, speed.uploadEightStreams),
    },
    {
      what: 'download, 1 and 8 streams',
      value: rates(speed.downloadOneStream, speed.downloadEightStreams),
    },
    { what: 'objects of 1 KiB', value: `${speed.smallObjectsPerSecond} a second` },
  ];
  return renderTable(rows, [
    { heading: 'SPEED', value: ({ what }) => what },
    { heading: '', value: ({ value }) => value },
  ]);
}
