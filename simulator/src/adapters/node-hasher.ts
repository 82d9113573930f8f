import { createHash, type Hash } from 'node:crypto';
import type { Hasher, Sha256 } from '../ports/hasher.ts';

class NodeSha256 implements Sha256 {
  readonly #hash: Hash = createHash('sha256');

  update(part: string | Uint8Array): Sha256 {
    this.#hash.update(part);
    return this;
  }

  hex(): string {
    return this.#hash.digest('hex');
  }
}

/** SHA-256 of node:crypto. */
export class NodeHasher implements Hasher {
  sha256(): Sha256 {
    return new NodeSha256();
  }
}
