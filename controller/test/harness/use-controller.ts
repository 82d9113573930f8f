import type { RunningPostgres } from '@firn/shared/services/embedded-postgres';
import { afterAll } from 'vitest';
import {
  makeHost,
  startController,
  startTestPostgres,
  type TestController,
  type TestHost,
} from './controller.ts';
import { type SetUp, setUp } from './set-up.ts';

export interface UsedController {
  readonly host: TestHost;
  readonly controller: TestController;
}

/** The Postgres of a test file, gone after its last test. */
export async function usePostgres(): Promise<RunningPostgres> {
  const postgres = await startTestPostgres();
  afterAll(() => postgres.stop());
  return postgres;
}

/** One controller for all tests of a file. */
export async function useController(): Promise<UsedController> {
  const host = await makeHost(await usePostgres());
  const controller = await startController(host);
  // Hooks run in reverse: Postgres goes last.
  afterAll(async () => {
    await controller.stop();
    await host.remove();
  });
  return { host, controller };
}

/** As useController, with all that setUp makes. @param password of the repositories */
export async function useSetUp(password?: string): Promise<UsedController & { ready: SetUp }> {
  const used = await useController();
  const ready = await setUp(used.controller, password);
  afterAll(() => ready.link.close());
  return { ...used, ready };
}
