import { nodeCompute } from '@firn/shared/compute/node-compute';
import { nodeEntropy } from '@firn/shared/compute/node-entropy';
import { createHeader } from '@firn/shared/repository/header/repository-header';
import type { HeaderMaker } from '../../ports/storages.ts';

export const makeRepositoryHeader: HeaderMaker = ({ repositoryId, password }) =>
  createHeader({ repositoryId, password, entropy: nodeEntropy, compute: nodeCompute });
