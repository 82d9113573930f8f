import type { ErrorCodeEntry } from '../codes.ts';

/** What a check finds in a repository. */
export const checkCodes = {
  E_HEADER_DAMAGED: {
    retry: 'after-repair',
    meaning: 'A header of the repository cannot be used.',
    help: 'Put the blob back from a version that the storage keeps. While another header opens, nothing is lost.',
  },
  E_KEY_DAMAGED: {
    retry: 'after-repair',
    meaning: 'A stored key is missing or does not open.',
    help: 'Put the blob back from a version that the storage keeps; without it the data of its object stays unreadable.',
  },
  E_LOG_DAMAGED: {
    retry: 'after-repair',
    meaning: 'An entry of the log is missing or is not what was written.',
    help: 'Run firn repository repair: it goes on behind the entry. Restore points that the entry alone named are lost.',
  },
  E_LOG_CUT_OFF: {
    retry: 'after-repair',
    meaning: 'The log ends before an entry that was seen before, or holds another one there.',
    help: 'Find out who deleted or replaced blobs, and put log/ back from versions that the storage keeps.',
  },
  E_CHECKPOINT_DAMAGED: {
    retry: 'after-repair',
    meaning: 'A checkpoint of the log cannot be used.',
    help: 'Nothing: the log is read from an older checkpoint, which takes longer.',
  },
  E_ERASURE_DAMAGED: {
    retry: 'after-repair',
    meaning: 'What an erasure had to destroy cannot be read.',
    help: 'Put the blob back from a version that the storage keeps. What was destroyed stays destroyed; without the blob what the storage had locked then may stay.',
  },
  E_OBJECT_DAMAGED: {
    retry: 'after-repair',
    meaning: 'The record, the catalog or the sync state of an object cannot be read in whole.',
    help: 'Run firn repository repair: it keeps the rows that can be read; the next backup reads the rest again.',
  },
  E_INDEX_DAMAGED: {
    retry: 'after-repair',
    meaning: 'The index or the segment table of an object cannot be read in whole.',
    help: 'Run firn repository repair: it rebuilds both from the packs.',
  },
  E_META_PACK_DAMAGED: {
    retry: 'after-repair',
    meaning: 'A meta pack is missing, or part of it is not what was written.',
    help: 'Run firn repository repair; objects that need the part are named beside this.',
  },
  E_PACK_MISSING: {
    retry: 'after-repair',
    meaning: 'A data pack does not exist.',
    help: 'Put it back from a version that the storage keeps or a copy, or run firn repository repair and then the backup job: it reads the items again.',
  },
  E_PACK_LENGTH: {
    retry: 'after-repair',
    meaning: 'A data pack has another length than was written.',
    help: 'Put it back from a version that the storage keeps or a copy, or run firn repository repair and then the backup job: it reads the items again.',
  },
  E_PACK_DAMAGED: {
    retry: 'after-repair',
    meaning: 'Part of a data pack is not what was written.',
    help: 'Restore the items from a copy, or run firn repository repair and then the backup job: it reads them again.',
  },
  E_MANIFEST_DAMAGED: {
    retry: 'after-repair',
    meaning: 'What tells of the contents of an archived pack is missing or does not open.',
    help: 'Run firn repository repair: it makes a new one where the pack can be read; of a pack in an archive class retrieve an item first. Restores do not need it.',
  },
  E_PACKS_NOT_READ: {
    retry: 'never',
    meaning: 'Data packs were not read in this check.',
    help: 'Nothing. Give --read-data to read packs; packs in an archive class are read after a retrieval only.',
  },
  E_REPAIR_DONE: {
    retry: 'never',
    meaning: 'Something was repaired; in a dry run: would be.',
    help: 'Run the backup or copy job: it reads again what is marked as failed. Then run firn repository check.',
  },
  E_REPAIR_ITEMS_LOST: {
    retry: 'after-repair',
    meaning: 'The content of items is lost; they are marked as failed.',
    help: 'Run the backup or copy job: it reads them again. Older restore points go on showing them as failed; restore those from a copy.',
  },
  E_REPAIR_LEFT: {
    retry: 'after-repair',
    meaning: 'Something cannot be repaired from what is stored.',
    help: 'Do what the message says, if anything; then run the backup or copy job: it reads the object in full. A restore point that cannot be repaired keeps its damage until it expires; garbage may not be collected until then.',
  },
} as const satisfies Record<string, ErrorCodeEntry>;
