/**
 * Of a copy's packs, MiB, unless somebody says otherwise. Azure prices a thaw by the
 * object that is read, and 128 MiB is where that levels out; AWS by the byte.
 */
export function packSizeMibOf(provider: string): number {
  return provider === 'azure-blob' ? 128 : 256;
}
