import { checkRepository } from '@firn/shared/repository/check/check-repository';
import type { Repository } from '@firn/shared/repository/repository';

/** Reads everything back; throws the first finding. */
export async function check(engine: Repository): Promise<void> {
  for await (const found of checkRepository(engine, { readData: true })) {
    throw new Error(`${found.blob}: ${found.message}`);
  }
}
