import { SealedCodec } from '../log/codec.ts';
import type { RepositoryPorts } from '../ports.ts';
import { addEpoch, type DerivedKeys, deriveKeys, type RootKeys } from './derived-keys.ts';

/** The key epochs that an open repository knows, and what follows from their root keys. */
export class KeyEpochs {
  readonly codec: SealedCodec;
  readonly derived: DerivedKeys;
  readonly #ports: RepositoryPorts;
  readonly #repositoryId: string;

  private constructor(options: {
    readonly ports: RepositoryPorts;
    readonly repositoryId: string;
    readonly codec: SealedCodec;
    readonly derived: DerivedKeys;
  }) {
    this.#ports = options.ports;
    this.#repositoryId = options.repositoryId;
    this.codec = options.codec;
    this.derived = options.derived;
  }

  static async open(
    ports: RepositoryPorts,
    repositoryId: string,
    rootKeys: RootKeys,
  ): Promise<KeyEpochs> {
    const { compute, entropy } = ports;
    const rootKeyNumber = Math.max(...rootKeys.keys());
    const codec = new SealedCodec({ compute, entropy, repositoryId, rootKeys, rootKeyNumber });
    const derived = await deriveKeys({ compute, repositoryId }, rootKeys);
    return new KeyEpochs({ ports, repositoryId, codec, derived });
  }

  /** What is written from here on is sealed under the newest of these epochs. */
  async adopt(rootKeys: RootKeys): Promise<void> {
    const { compute } = this.#ports;
    const repositoryId = this.#repositoryId;
    for (const [epoch, rootKey] of [...rootKeys].sort(([a], [b]) => a - b)) {
      if (epoch <= this.derived.keys.newest) continue;
      await addEpoch({ compute, repositoryId }, this.derived, [epoch, rootKey]);
      this.codec.adoptRootKey(epoch, rootKey);
    }
  }
}
