import type { ContentDigests, FileContent } from '../../domain/drive/file-content.ts';
import { QuickXorHash } from '../../domain/drive/quick-xor-hash.ts';
import type { Hasher } from '../../ports/hasher.ts';

/** Reads the whole content once and hashes it both ways. */
export async function digestContent(
  content: Pick<FileContent, 'read' | 'sizeBytes'>,
  hasher: Hasher,
): Promise<ContentDigests> {
  const quickXor = new QuickXorHash();
  const sha256 = hasher.sha256();
  for await (const piece of content.read({ start: 0, end: content.sizeBytes })) {
    quickXor.update(piece);
    sha256.update(piece);
  }
  return { quickXorHash: quickXor.digest(), sha256: sha256.hex() };
}
