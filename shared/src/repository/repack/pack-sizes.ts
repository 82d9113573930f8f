/** Older packs count less and less. */
const decay = 0.75;

/** What packs come to, beside what their contents took in the source. */
export class PackSizes {
  #planned = 0;
  #written = 0;

  /** @param planned bytes that the contents take in the source */
  expected(planned: number): number {
    return this.#planned === 0 ? planned : (planned * this.#written) / this.#planned;
  }

  note(planned: number, written: number): void {
    this.#planned = this.#planned * decay + planned;
    this.#written = this.#written * decay + written;
  }
}
