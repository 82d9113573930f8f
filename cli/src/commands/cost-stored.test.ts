import type { RestClient } from '@firn/shared/rest/client';
import type { ObjectStorage } from '@firn/shared/rest/schemas/object-storage';
import type { Session } from '@firn/shared/rest/schemas/session';
import { describe, expect, it } from 'vitest';
import type { Context } from '../context.ts';
import { ApiCommand } from './api-command.ts';
import { addCostCommands } from './cost.ts';
import type { Runner } from './resource.ts';

const gib = 2 ** 30;

const aws: Partial<ObjectStorage> = {
  ...{ name: 'bucket', provider: 's3', region: 'us-east-1', storageClass: 'archive' },
};

/** Of 90 days that are billed at least, packs of today and of 60 days ago. */
const stored = [
  { kind: 'metadata', storageClass: 'hot', ageDays: 0, blobs: 9, bytes: gib },
  { kind: 'packs', storageClass: 'archive', ageDays: 0, blobs: 40, bytes: 10 * gib },
  { kind: 'packs', storageClass: 'archive', ageDays: 60, blobs: 40, bytes: 10 * gib },
  { kind: 'tails', storageClass: 'hot', ageDays: 3, blobs: 1, bytes: gib },
];
const retention = { dryRun: true, stored, newest: [{ jobId: 'job-1', bytes: 5 * gib }] };
const ended = { id: 's1', kind: 'retention', state: 'success', retention } as unknown as Session;

interface Controller {
  readonly storage?: Partial<ObjectStorage>;
  readonly session?: Session;
  readonly jobId?: string;
}

/** Runs `firn cost …` against a controller that answers so. */
async function cost(
  line: string,
  { storage = {}, session = ended, jobId = 'job-1' }: Controller = {},
) {
  const asked: string[] = [];
  const results: { value: Record<string, unknown>; text: string }[] = [];
  const answers: Readonly<Record<string, unknown>> = {
    getRepository: { objectStorageId: 'storage-1' },
    getObjectStorage: { ...aws, ...storage },
    getJob: { id: jobId, name: 'mail', repositoryId: 'hot' },
    runRetention: session,
  };
  const call = async (operation: string, { body }: { body?: unknown }) => {
    asked.push(body === undefined ? operation : `${operation} ${JSON.stringify(body)}`);
    return answers[operation];
  };
  const codes: number[] = [];
  const context = {
    client: { call } as unknown as RestClient,
    terminal: {
      ...{ json: false, interactive: false, note: () => undefined },
      result: (value: Record<string, unknown>, text: string) => results.push({ value, text }),
    },
    signal: new AbortController().signal,
    exitWith: (code: number) => codes.push(code),
  } as unknown as Context;
  const run: Runner = (_command, body) => body(context);
  const program = new ApiCommand('firn').enablePositionalOptions().exitOverride();
  addCostCommands(program, run);
  await program.parseAsync(['cost', ...line.split(' ')], { from: 'user' });
  return { asked, codes, value: results[0]?.value ?? {}, text: results[0]?.text ?? '' };
}

describe('firn cost stored', () => {
  it('asks for a dry run, and prices what lies there by kind and class', async () => {
    const { asked, codes, value, text } = await cost('stored cold --months 12');
    expect(asked).toContain('runRetention {"dryRun":true}');
    expect(codes).toEqual([0]);
    const rows = value['stored'] as { kind: string; blobs: number; perMonth: number }[];
    expect(rows.map(({ kind, blobs }) => [kind, blobs])).toEqual([
      ['metadata', 9],
      ['packs', 80],
      ['tails', 1],
    ]);
    const perMonth = 20 * 0.0036 + 2 * 0.023;
    expect(value['perMonth']).toBeCloseTo(perMonth, 3);
    expect(value['keep']).toBeCloseTo(12 * perMonth, 2);
    expect(text).toMatch(/^packs +archive +80 +20\.0 GiB/m);
    expect(text).toMatch(/prices of s3 in us-east-1/);
  });

  it('says what is still to be paid when it is deleted now, by the age of each pack', async () => {
    const { value } = await cost('stored cold');
    const [, packs] = value['stored'] as { deleteNow: number; freeInDays: number }[];
    const daysLeft = (10 * 90 + 10 * 30) / (730 / 24);
    expect(packs?.deleteNow).toBeCloseTo(daysLeft * 0.0036, 3);
    expect(packs?.freeInDays).toBe(90);
    expect(value['deleteNow']).toBeCloseTo(packs?.deleteNow ?? 0, 9);
  });

  it('tells of a session that failed, and ends with its code', async () => {
    const problem = { code: 'E_REPOSITORY_DAMAGED', message: 'a table is cut off', help: '' };
    const session = {
      id: 's1',
      kind: 'retention',
      state: 'failed',
      objects: { total: 0 },
      problem,
    };
    const failed = await cost('stored cold', { session: session as unknown as Session });
    expect(failed.text).toContain('E_REPOSITORY_DAMAGED: a table is cut off');
    expect(failed.codes).toEqual([1]);
  });

  it.each([
    ['of a vendor without prices', { endpoint: 'https://s3.example' }, /"bucket" is not of AWS/],
    ['that is a folder', { provider: 'folder' as const }, /and none of folder/],
  ])('refuses a storage %s', async (_, storage, message) => {
    await expect(cost('stored cold', { storage })).rejects.toThrow(message);
  });
});

describe('firn cost pack-sizes', () => {
  it('compares what the content costs in packs of 64 MiB to 1 GiB', async () => {
    const { value, text } = await cost('pack-sizes cold');
    expect(value['bytes']).toBe(21 * gib);
    const sizes = value['sizes'] as { packSizeMib: number; packs: number; thaw: number }[];
    expect(sizes.map(({ packSizeMib, packs }) => [packSizeMib, packs])).toEqual([
      [64, 336],
      [128, 168],
      [256, 84],
      [1024, 21],
    ]);
    const thaws = sizes.map(({ thaw }) => thaw);
    expect(thaws).toEqual(thaws.toSorted((a, b) => b - a));
    expect(text).toMatch(/^MIB +PACKS +WRITE USD +KEEP +THAW ALL$/m);
  });

  it('says nothing of thawing where nothing has to thaw', async () => {
    const { value } = await cost('pack-sizes hot', { storage: { storageClass: 'hot' } });
    const [first] = value['sizes'] as object[];
    expect(first).not.toHaveProperty('thaw');
  });
});

describe('firn cost copy', () => {
  it('is of the bytes that the newest restore point shows', async () => {
    const { value, text } = await cost('copy --job mail --repository cold --pack-size-mib 512');
    expect(value).toMatchObject({ bytes: 5 * gib, packSizeMib: 512, packs: 10, months: 36 });
    expect(value['keep']).toBeCloseTo(36 * 5 * 0.0036, 2);
    expect(text).toContain('5.0 GiB in about 10 packs of archive');
    expect(text).toMatch(/^read from the source +0\.\d{4}$/m);
  });

  it('takes the size of packs that a copy job would', async () => {
    const azure = { provider: 'azure-blob' as const, storageClass: 'archive' as const };
    const { value } = await cost('copy --job mail --repository cold', { storage: azure });
    expect(value['packSizeMib']).toBe(128);
  });

  it('is refused for a job that has stored nothing yet', async () => {
    await expect(
      cost('copy --job mail --repository cold', { jobId: 'job-2' }),
    ).rejects.toMatchObject({ code: 'E_POINT_NOT_FOUND' });
  });
});
