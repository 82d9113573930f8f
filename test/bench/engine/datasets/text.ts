import type { Random } from './random.ts';

const syllables =
  'an be con de ex for gen har in jo ka len mo nor op per qua re sta tion ur ver wi xen yo zu';
const vocabularyWords = 20_000;

/** Words whose frequency falls with their rank, as in natural language. */
export class Vocabulary {
  readonly #words: readonly string[];

  constructor(random: Random) {
    const parts = syllables.split(' ');
    this.#words = Array.from({ length: vocabularyWords }, () => {
      const count = 1 + random.below(4);
      return Array.from({ length: count }, () => parts[random.below(parts.length)]).join('');
    });
  }

  word(random: Random): string {
    const rank = Math.floor(vocabularyWords ** random.next()) - 1;
    return this.#words[rank] ?? '';
  }

  /** Sentences of about this many characters. */
  text(random: Random, length: number): string {
    const words: string[] = [];
    for (let written = 0; written < length; ) {
      const word = this.word(random) + (random.next() < 0.1 ? '.' : '');
      words.push(word);
      written += word.length + 1;
    }
    return words.join(' ');
  }
}
