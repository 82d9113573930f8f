import { startAzureCloud } from './azure-cloud.ts';
import type { StartCloud } from './cloud.ts';
import { startS3Cloud } from './s3-cloud.ts';

/** By the option's words. */
export const clouds: Readonly<Record<string, readonly StartCloud[]>> = {
  s3: [startS3Cloud],
  azure: [startAzureCloud],
  both: [startS3Cloud, startAzureCloud],
};
