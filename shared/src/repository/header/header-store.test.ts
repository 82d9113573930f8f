import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TestStore } from '../../../test/repository/test-store.ts';
import { nodeCompute } from '../../compute/node-compute.ts';
import { nodeEntropy } from '../../compute/node-entropy.ts';
import { isAppError } from '../../errors/app-error.ts';
import { fromUtf8, toHex } from '../bytes.ts';
import type { Compute } from '../ports.ts';
import { applyChange, type HeaderChange } from './header-change.ts';
import { verifyHeader } from './header-layout.ts';
import { changeHeader, initializeRepository, readHeader } from './header-store.ts';
import { addPassword, changePassword, removeSlot, rotateKey } from './make-change.ts';
import { createHeader, openHeader, unlockHeader } from './repository-header.ts';
import { rootKeysOf } from './root-keys.ts';

/** Many passwords in a moment: their cost is not what is tested. */
const compute: Compute = {
  ...nodeCompute,
  argon2id: (password, salt) => nodeCompute.hmacSha256(salt, [password]),
};
const ports = { compute, entropy: nodeEntropy };

async function stored(passwords: readonly (string | undefined)[] = ['first']) {
  const store = new TestStore();
  const made = await createHeader({ repositoryId: 'r', password: passwords[0], ...ports });
  await initializeRepository(store, made.header);
  return { store, rootKeys: [made.rootKey] };
}

type Stored = Awaited<ReturnType<typeof stored>>;

async function current({ store }: Stored) {
  return verifyHeader(await readHeader(store), compute);
}

function apply({ store, rootKeys }: Stored, change: HeaderChange): Promise<Uint8Array> {
  return changeHeader({ store, compute }, (header) =>
    applyChange({ ...ports, rootKeys }, header, change),
  );
}

async function opens({ store }: Stored, password: string | undefined): Promise<boolean> {
  return unlockHeader(await readHeader(store), password, compute).then(
    () => true,
    (error: unknown) => {
      if (isAppError(error, 'E_REPOSITORY_PASSWORD_WRONG')) return false;
      throw error;
    },
  );
}

async function added(repository: Stored, password: string): Promise<HeaderChange> {
  const header = await current(repository);
  const rootKey = repository.rootKeys.at(-1) ?? new Uint8Array();
  return addPassword(ports, { header, rootKey }, { password, label: password });
}

async function removed(repository: Stored, label: string): Promise<HeaderChange> {
  const header = await current(repository);
  const slot = header.current.slots.find((each) => each.label === label);
  return removeSlot(header, slot?.id ?? 'none');
}

async function rotated(repository: Stored, passwords: readonly string[]): Promise<HeaderChange> {
  const named = passwords.map((password) => ({ password, label: password }));
  const made = await rotateKey(ports, await current(repository), { passwords: named });
  repository.rootKeys.push(made.rootKey);
  return made.change;
}

/** Runs the work with a store that dies after each number of writes, then again to its end. */
async function dyingAtEveryWrite(
  prepare: () => Promise<{ repository: Stored; change: HeaderChange }>,
  expectBetween: (repository: Stored) => Promise<void>,
): Promise<Stored> {
  for (let writes = 0; ; writes += 1) {
    const { repository, change } = await prepare();
    repository.store.writesLeft = writes;
    const died = await apply(repository, change).then(
      () => false,
      () => true,
    );
    repository.store.writesLeft = Number.POSITIVE_INFINITY;
    await expectBetween(repository);
    await apply(repository, change);
    if (!died) return repository;
  }
}

type Step =
  | { readonly type: 'add' | 'remove'; readonly name: string }
  | { readonly type: 'rotate'; readonly names: readonly string[] };

/** @returns the passwords that open the repository after the step */
async function perform(
  repository: Stored,
  right: readonly string[],
  step: Step,
): Promise<readonly string[]> {
  if (step.type === 'rotate') {
    await apply(repository, await rotated(repository, step.names));
    return step.names;
  }
  if (step.type === 'add') {
    await apply(repository, await added(repository, step.name));
    return [...right, step.name];
  }
  if (!right.includes(step.name) || right.length === 1) return right;
  await apply(repository, await removed(repository, step.name));
  return right.toSpliced(right.indexOf(step.name), 1);
}

describe('changes of the header', () => {
  it('add, change and remove passwords without a new root key', async () => {
    const repository = await stored();
    const rootKey = repository.rootKeys[0];
    await apply(repository, await added(repository, 'second'));
    const change = { current: 'second', next: 'third' };
    await apply(repository, await changePassword(ports, await current(repository), change));
    expect(await opens(repository, 'second')).toBe(false);
    for (const password of ['first', 'third']) {
      const key = await unlockHeader(await readHeader(repository.store), password, compute);
      expect(toHex(key)).toBe(toHex(rootKey ?? new Uint8Array()));
    }
  });

  it('leave no header behind that a removed password opens', async () => {
    const repository = await stored();
    await apply(repository, await added(repository, 'second'));
    await apply(repository, await removed(repository, ''));
    for (const [name, { bytes }] of repository.store.blobs) {
      if (name !== 'header/2') expect(fromUtf8(bytes)).toMatch(/^{[^[]*"supersededBy":[12]}/);
    }
    await expect(
      unlockHeader(await readHeader(repository.store), 'first', compute),
    ).rejects.toThrow();
  });

  it('refuse to remove the last password, and one that is not there', async () => {
    const repository = await stored();
    await expect(removed(repository, '')).rejects.toMatchObject({ code: 'E_REPOSITORY_SLOT_LAST' });
    await expect(removed(repository, 'x')).rejects.toMatchObject({
      code: 'E_REPOSITORY_SLOT_UNKNOWN',
    });
    const second = await added(repository, 'second');
    await apply(repository, second);
    const [a, b] = [await removed(repository, ''), await removed(repository, 'second')];
    await apply(repository, a);
    await expect(apply(repository, b)).rejects.toMatchObject({ code: 'E_REPOSITORY_SLOT_LAST' });
  });

  it('cost one derivation to refuse a wrong password, and to find the right one', async () => {
    const repository = await stored(['first']);
    for (const name of ['b', 'c', 'd', 'e', 'f', 'g', 'h']) {
      await apply(repository, await added(repository, name));
    }
    const header = await readHeader(repository.store);
    let derivations = 0;
    const counting: Compute = {
      ...compute,
      argon2id: (...of) => {
        derivations += 1;
        return compute.argon2id(...of);
      },
    };
    await expect(unlockHeader(header, 'wrong', counting)).rejects.toMatchObject({
      code: 'E_REPOSITORY_PASSWORD_WRONG',
    });
    expect(derivations).toBe(1);
    await unlockHeader(header, 'h', counting);
    expect(derivations).toBe(2);
  });

  it('do not show that two passwords are equal', async () => {
    const repository = await stored(['first']);
    await apply(repository, await added(repository, 'first'));
    const { slots } = (await current(repository)).current;
    const [a, b] = slots.filter((slot) => slot.type === 'password');
    expect(a?.wrapped).not.toBe(b?.wrapped);
    expect(a?.nonce).not.toBe(b?.nonce);
  });

  it('refuse a wrong password, and a password beside an open key', async () => {
    const repository = await stored();
    const header = await current(repository);
    const wrong = changePassword(ports, header, { current: 'no', next: 'x' });
    await expect(wrong).rejects.toMatchObject({ code: 'E_REPOSITORY_PASSWORD_WRONG' });
    await expect(added(await stored([undefined]), 'x')).rejects.toMatchObject({
      code: 'E_REPOSITORY_NOT_ENCRYPTED',
    });
  });

  it('turn encryption on with a new epoch, and say what lay open', async () => {
    const repository = await stored([undefined]);
    await apply(repository, await rotated(repository, ['secret']));
    expect(await opens(repository, undefined)).toBe(false);
    const { header, rootKey } = await openHeader(
      await readHeader(repository.store),
      { password: 'secret' },
      compute,
    );
    expect(header.older.map(({ epoch, open }) => ({ epoch, open }))).toEqual([
      { epoch: 1, open: true },
    ]);
    expect(header.current).toMatchObject({ epoch: 2, open: false });
    const keys = await rootKeysOf(compute, header, rootKey);
    expect([...keys].map(([epoch, key]) => [epoch, toHex(key)])).toEqual([
      [2, toHex(repository.rootKeys[1] ?? new Uint8Array())],
      [1, toHex(repository.rootKeys[0] ?? new Uint8Array())],
    ]);
    await expect(
      rootKeysOf(compute, header, repository.rootKeys[0] ?? new Uint8Array()),
    ).rejects.toMatchObject({ code: 'E_REPOSITORY_KEYS_CHANGED' });
  });

  it('are not lost to each other when they are made at the same time', async () => {
    const repository = await stored();
    const changes = await Promise.all(['a', 'b', 'c'].map((name) => added(repository, name)));
    await Promise.all(changes.map((change) => apply(repository, change)));
    for (const password of ['first', 'a', 'b', 'c']) {
      expect(await opens(repository, password)).toBe(true);
    }
  });

  it('do not come back once they were undone, whoever applies them late', async () => {
    const repository = await stored();
    const add = await added(repository, 'second');
    await apply(repository, add);
    await apply(repository, await removed(repository, 'second'));
    await apply(repository, add);
    expect(await opens(repository, 'second')).toBe(false);
    const passwords = { current: 'first', next: 'third' };
    const replace = await changePassword(ports, await current(repository), passwords);
    await apply(repository, replace);
    await apply(repository, await added(repository, 'fourth'));
    await apply(repository, await removed(repository, ''));
    await apply(repository, replace);
    expect(await opens(repository, 'third')).toBe(false);
    const rotate = await rotated(repository, ['fifth']);
    await apply(repository, rotate);
    await apply(repository, await added(repository, 'sixth'));
    await apply(repository, await removed(repository, 'fifth'));
    await apply(repository, rotate);
    expect(await opens(repository, 'fifth')).toBe(false);
    expect(await opens(repository, 'sixth')).toBe(true);
  });

  it('survive a death at every write', async () => {
    const changed = await dyingAtEveryWrite(
      async () => {
        const repository = await stored();
        const passwords = { current: 'first', next: 'second' };
        return {
          repository,
          change: await changePassword(ports, await current(repository), passwords),
        };
      },
      async (repository) => {
        const first = await opens(repository, 'first');
        expect(await opens(repository, 'second')).toBe(!first);
      },
    );
    expect(await opens(changed, 'first')).toBe(false);
    const turned = await dyingAtEveryWrite(
      async () => {
        const repository = await stored();
        return { repository, change: await rotated(repository, ['next']) };
      },
      async (repository) => {
        const first = await opens(repository, 'first');
        expect(await opens(repository, 'next')).toBe(!first);
      },
    );
    expect(await opens(turned, 'first')).toBe(false);
    expect(fromUtf8((await turned.store.get('header/0')).bytes)).toContain('supersededBy');
  });

  it('leave exactly the right passwords opening, in any order', async () => {
    const name = fc.constantFrom('a', 'b', 'c', 'd');
    const step = fc.oneof(
      fc.record({ type: fc.constant('add' as const), name }),
      fc.record({ type: fc.constant('remove' as const), name }),
      fc.record({
        type: fc.constant('rotate' as const),
        names: fc.uniqueArray(name, { minLength: 1 }),
      }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const repository = await stored([undefined]);
        await apply(repository, await rotated(repository, ['a']));
        let right: readonly string[] = ['a'];
        for (const each of steps) right = await perform(repository, right, each);
        for (const password of ['a', 'b', 'c', 'd', undefined]) {
          const isRight = password !== undefined && right.includes(password);
          expect(await opens(repository, password)).toBe(isRight);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('never hold a password', async () => {
    const repository = await stored(['Correct horse']);
    await apply(repository, await added(repository, 'battery staple'));
    for (const { bytes } of repository.store.blobs.values()) {
      expect(Buffer.from(bytes).includes('Correct horse')).toBe(false);
    }
  });
});
