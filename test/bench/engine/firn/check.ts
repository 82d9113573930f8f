import { checkRepository } from '@firn/shared/repository/check/check-repository';
import { open } from './engine.ts';

/** Reads everything back; throws the first finding. */
export async function check(repository: string): Promise<void> {
  for await (const found of checkRepository(await open(repository), { readData: true })) {
    throw new Error(`${found.blob}: ${found.message}`);
  }
}
