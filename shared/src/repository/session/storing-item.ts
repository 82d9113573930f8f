import type { RecipePart } from '../catalog/row.ts';
import type { SplitPart } from '../split/content-splitter.ts';
import type { StoringContent } from './content-batch.ts';
import type { ContentCutter } from './content-cutter.ts';
import type { ContentWriter } from './content-writer.ts';

/** Cuts the parts of one item into contents, and notes how they are joined. */
export class StoringItem {
  readonly #writer: ContentWriter;
  readonly #contents: StoringContent[] = [];
  readonly #recipe: RecipePart[] = [];
  readonly #cutter: ContentCutter;
  #part: SplitPart | undefined;
  #contentsBefore = 0;

  /** @param cutter used by nobody else meanwhile */
  constructor(writer: ContentWriter, cutter: ContentCutter) {
    this.#writer = writer;
    this.#cutter = cutter;
    cutter.reset();
  }

  async push(part: SplitPart, bytes: Uint8Array): Promise<void> {
    if (part !== this.#part) await this.#endPart();
    this.#part = part;
    for (const content of this.#cutter.push(bytes)) await this.#add(content);
  }

  async end(): Promise<void> {
    await this.#endPart();
  }

  /** When the contents have ids. */
  content(): { readonly content: readonly string[]; readonly recipe?: readonly RecipePart[] } {
    const content = this.#contents.map(({ contentId }) => contentId);
    const isPlain = this.#recipe.every(({ base64 }) => base64 === undefined);
    return isPlain ? { content } : { content, recipe: this.#recipe };
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
