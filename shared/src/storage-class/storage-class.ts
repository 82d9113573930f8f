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
