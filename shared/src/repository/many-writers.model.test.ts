import * as fc from 'fast-check';
import { describe, it } from 'vitest';
import { type Change, ManyWriters, youngJobId } from '../../test/repository/many-writers.ts';

type Step = (writers: ManyWriters) => Promise<void>;

const pinned = fc.constantFrom('job', 'other');
const jobId = fc.oneof(pinned, fc.constant(youngJobId));
const objectId = fc.constantFrom('a', 'b', 'c');

/** Some of them are shared by objects and jobs, and come back. */
const content = fc.constantFrom('s1:40', 's2:900', 'm1:20000', 'm2:70000', 'm3:70000', 'l:1100000');

const change: fc.Arbitrary<Change> = fc.tuple(
  fc.constantFrom('1', '2', '3', '4'),
  fc.oneof(
    { weight: 6, arbitrary: content },
    { weight: 2, arbitrary: fc.constantFrom('removed', 'moved', 'failed') },
  ),
);

const changes = fc.uniqueArray(change, { maxLength: 4, selector: ([item]) => item });

const write = fc.tuple(jobId, objectId, changes).map(
  ([job, object, made]): Step =>
    (writers) =>
      writers.write(job, object, made),
);

const commit = fc.tuple(jobId, fc.boolean()).map(
  ([job, done]): Step =>
    (writers) =>
      writers.commit(job, done),
);

const takeOver = fc.constant<Step>((writers) => writers.takeOver());
const haunt = content.map(
  (made): Step =>
    (writers) =>
      writers.haunt(made),
);
const pin = pinned.map(
  (job): Step =>
    (writers) =>
      writers.pin(job),
);
const copy = fc.constant<Step>((writers) => writers.copy());

const maintain = fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 3 })).map(
  ([days, keepLast]): Step =>
    async (writers) => {
      await writers.maintain(days, keepLast);
      await writers.assertShown();
    },
);

const step = fc.oneof(
  { weight: 6, arbitrary: write },
  { weight: 4, arbitrary: commit },
  { weight: 2, arbitrary: maintain },
  { weight: 1, arbitrary: takeOver },
  { weight: 1, arbitrary: haunt },
  { weight: 1, arbitrary: pin },
  { weight: 1, arbitrary: copy },
);

/** More by hand: `FIRN_MODEL_RUNS=200 npx vitest run many-writers --test-timeout 600000`. */
const numRuns = Number(process.env['FIRN_MODEL_RUNS'] ?? 5);

describe('jobs, former owners and readers of one repository', () => {
  it('show what the model says at all times, and leave nothing when they have come to rest', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 24 }), async (steps) => {
        const writers = await ManyWriters.begin();
        for (const each of steps) await each(writers);
        await writers.comeToRest();
      }),
      { numRuns },
    );
  });
});
