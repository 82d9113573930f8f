import type { RecipePart } from '../catalog/row.ts';
import type { ItemSplitter, PartBytes, SplitPart } from '../split/content-splitter.ts';
import type { StoringContent } from './content-batch.ts';
import type { ContentCutter } from './content-cutter.ts';
import type { ContentWriter } from './content-writer.ts';

export interface StoringItemOptions {
  readonly writer: ContentWriter;
  readonly splitter: ItemSplitter;
  /** Used by nobody else meanwhile. */
  readonly cutter: ContentCutter;
}

/** Cuts the parts of one item into contents, and notes how they are joined. */
export class StoringItem {
  readonly #writer: ContentWriter;
  readonly #splitter: ItemSplitter;
  readonly #cutter: ContentCutter;
  readonly #contents: StoringContent[] = [];
  readonly #recipe: RecipePart[] = [];
  #part: SplitPart | undefined;
  #contentsBefore = 0;

  constructor({ writer, splitter, cutter }: StoringItemOptions) {
    this.#writer = writer;
    this.#splitter = splitter;
    this.#cutter = cutter;
    cutter.reset();
  }

  /** Takes a copy of what is not stored at once. */
  push(bytes: Uint8Array): Promise<void> {
    return this.#store(this.#splitter.push(bytes));
  }

  async end(): Promise<void> {
    await this.#store(this.#splitter.end());
    await this.#endPart();
  }

  /** When the contents have ids. */
  content(): { readonly content: readonly string[]; readonly recipe?: readonly RecipePart[] } {
    const content = this.#contents.map(({ contentId }) => contentId);
    const isPlain = this.#recipe.every(({ base64 }) => base64 === undefined);
    return isPlain ? { content } : { content, recipe: this.#recipe };
  }

  async #store(parts: Iterable<PartBytes>): Promise<void> {
    for (const { part, bytes } of parts) {
      if (part !== this.#part) {
        await this.#endPart();
        this.#part = part;
      }
      for (const content of this.#cutter.push(bytes)) await this.#add(content);
    }
  }

  async #endPart(): Promise<void> {
    if (this.#part === undefined) return;
    for (const content of this.#cutter.end()) await this.#add(content);
    const { base64 } = this.#part;
    const contents = this.#contents.length - this.#contentsBefore;
    this.#recipe.push({ contents, base64 });
    this.#contentsBefore = this.#contents.length;
  }

  async #add(content: Uint8Array): Promise<void> {
    this.#contents.push(await this.#writer.add(content));
  }
}
