import { decodeFolder, decodeItem } from '../../../shared/src/repository/catalog/decode-row.ts';
import { isErasurePlan } from '../../../shared/src/repository/erase/erasure-plan.ts';
import { decodeJson } from '../../../shared/src/repository/json.ts';
import { isStoredKey } from '../../../shared/src/repository/keys/stored-key.ts';
import { decodeRecord } from '../../../shared/src/repository/object/decode-record.ts';
import { decodeRoot } from '../../../shared/src/repository/object/object-record.ts';
import {
  decodeLocation,
  decodePlace,
} from '../../../shared/src/repository/object/segment-place.ts';
import {
  decodeRelocationRecord,
  decodeRelocationRoot,
} from '../../../shared/src/repository/relocation/relocations.ts';
import type { FuzzTarget } from '../fuzz-target.ts';
import { mutateJson } from '../mutate-json.ts';
import { contentId, id, json, text } from './fuzz-ports.ts';

const pack = 'packs/1-s-1-ab';
const metaPack = 'meta/1-s-1-ab';

const run = {
  ...{ pack: metaPack, offset: 8, length: 100, segment: id, directory: 40, frames: 1 },
  ...{ first: 'fa', last: 'ib', entries: 2 },
};

const ofAnyRecord = { format: 1, jobId: 'j', sessionId: 's', mode: 'full', counts: { items: 1 } };
const state = { inline: 'AAAA' };

const whole = {
  ...{ ...ofAnyRecord, objectId: 'o', kind: 'mailbox', userId: 'u' },
  ...{ userPrincipalName: 'u@example.com', displayName: 'U', keyId: id, olderKeyIds: [id] },
  ...{ contentIds: 'r', items: 1, folders: 1, failedItems: 0, itemsSinceMs: 5, state },
  ...{ catalog: [[run], [run, run]], index: [[run]], table: [[run]] },
};

const touched = { ...ofAnyRecord, base: `${metaPack}:8:100:0:0`, state: { ...run } };

const item = {
  ...{ itemId: 'i', folderId: 'f', name: 'n', type: 'IPM.Note', changeKey: 'k', size: 5 },
  ...{ date: '2026-01-02T03:04:05Z', columns: { from: 'a' }, properties: {}, format: 'fts' },
  content: [contentId],
  recipe: [{ contents: 1, base64: { lineLength: 76, lineEnd: '\r\n' } }],
  failed: { code: 'E_X', message: 'm', sinceMs: 1, neverStored: true },
};

const folder = { folderId: 'f', parentId: 'p', name: 'n', type: 't', properties: {} };
const location = { pack, offset: 8, length: 9, packLength: 100 };
const place = { ...location, keyId: id };
const sharedPlace = { ...place, segmentKey: 'AAAA' };

const stored = [
  { type: 'object', id, objectId: 'o', key: '07'.repeat(32) },
  { type: 'content-ids', repositoryId: 'r', key: '07'.repeat(32) },
];

const erasure = {
  ...{ format: 1, erasureId: id, objects: ['o'], keyIds: [id] },
  ...{ packs: [{ pack, bytes: 1, sharedBytes: 0 }], metaPacks: [metaPack] },
};

export function objectTargets(): readonly FuzzTarget[] {
  const asText = (bytes: Uint8Array) => Buffer.from(bytes).toString('utf8');
  const ofJson = (name: string, seeds: readonly unknown[], parse: FuzzTarget['parse']) => {
    return { name, seeds: seeds.map(json), mutate: mutateJson, share: 3, parse };
  };
  return [
    ofJson('object record', [whole, touched], (bytes) => decodeRecord(asText(bytes))),
    ofJson('item row', [item], decodeItem),
    ofJson('folder row', [folder], decodeFolder),
    ofJson('segment place', [place, sharedPlace], decodePlace),
    ofJson('segment location', [location], decodeLocation),
    ofJson('stored key', stored, (bytes) => decodeJson(bytes, isStoredKey)),
    ofJson('erasure', [erasure], (bytes) => decodeJson(bytes, isErasurePlan)),
    ofJson('relocation record', [{ format: 1, table: [[run]] }], decodeRelocationRecord),
    {
      name: 'root',
      seeds: [text(`${metaPack}:8:100:0`), text(`${metaPack}:8:100:3:0`)],
      share: 2,
      parse: (bytes) => decodeRoot(asText(bytes)),
    },
    {
      name: 'relocation root',
      seeds: [text(`${metaPack}:8:100`)],
      share: 1,
      parse: (bytes) => decodeRelocationRoot(asText(bytes)),
    },
  ];
}
