/** Classes of storage, by what they cost and allow; of what is hot first. */
export const storageClasses = [
  'hot',
  'intelligent',
  'cool',
  'one-zone',
  'cold',
  'archive',
  'deep-archive',
] as const;

export type StorageClass = (typeof storageClasses)[number];

/** What each provider has of them. A folder plays all of Azure's, for tests and trials. */
export const classesOfProvider = {
  'azure-blob': ['hot', 'cool', 'cold', 'archive'],
  s3: storageClasses,
  folder: ['hot', 'cool', 'cold', 'archive'],
} as const satisfies Readonly<Record<string, readonly StorageClass[]>>;

/** Whether blobs of the class must be thawed before anybody reads them. */
export function mustThaw(storageClass: StorageClass): boolean {
  return storageClass === 'archive' || storageClass === 'deep-archive';
}

/** How fast blobs thaw, the fastest and dearest first. */
export const thawSpeeds = ['expedited', 'standard', 'bulk'] as const;

export type ThawSpeed = (typeof thawSpeeds)[number];

/**
 * The speeds that a class of a provider has; none where nothing has to thaw. What is
 * expedited Azure calls high priority. [Amazon S3: Archive retrieval options;
 * Microsoft: Blob rehydration from the archive tier]
 */
export function thawSpeedsOf(provider: string, storageClass: StorageClass): readonly ThawSpeed[] {
  if (!mustThaw(storageClass)) return [];
  if (provider !== 's3') return ['expedited', 'standard'];
  return storageClass === 'archive' ? thawSpeeds : ['standard', 'bulk'];
}

const hourMs = 3_600_000;

/**
 * The longest that thawing takes, and a queue before it: 15 hours at Azure's standard priority,
 * 12 in Glacier Deep Archive, 48 there in bulk. What thaws first has to last until then.
 */
export const longestThawMs: Readonly<Record<ThawSpeed, number>> = {
  expedited: 6 * hourMs,
  standard: 30 * hourMs,
  bulk: 96 * hourMs,
};
