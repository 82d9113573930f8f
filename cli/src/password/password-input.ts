/** Where passwords come from: never from the command line, which every process can read. */
import type { Readable, Writable } from 'node:stream';
import { AppError } from '@firn/shared/errors/app-error';
import { readBytes } from '../config.ts';
import { askHidden } from './hidden-line.ts';

export interface PasswordStreams {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stderr: Writable;
  readonly env: NodeJS.ProcessEnv;
}

/** What an option says of a password. */
export interface PasswordFrom {
  /** `-` is the next line of the standard input; undefined: not given. */
  readonly file: string | undefined;
  /** That gives the file, to name it in errors. */
  readonly option: string;
}

const variable = 'FIRN_REPOSITORY_PASSWORD';
const standardInput = '-';

/** Reads passwords from files, the standard input, the environment, or asks for them. */
export class PasswordInput {
  readonly #streams: PasswordStreams;
  #linesLeft: Promise<string[]> | undefined;

  constructor(streams: PasswordStreams) {
    this.#streams = streams;
  }

  /** That of a repository as it is, unless somebody has to be asked. */
  async given({ file, option }: PasswordFrom): Promise<string | undefined> {
    if (file === standardInput) return this.#nextLine(option);
    if (file !== undefined) return this.#whole(withoutLineEnd(readBytes(file, option)), option);
    const value = this.#streams.env[variable];
    return value === '' ? undefined : value;
  }

  /** That of a repository as it is; asked for at a terminal. E_CONFIG_INVALID without one. */
  async current(from: PasswordFrom): Promise<string> {
    return (await this.given(from)) ?? (await this.#ask('password: ', from.option));
  }

  /** As current; undefined where nobody can be asked. */
  async currentIfAny(from: PasswordFrom): Promise<string | undefined> {
    const given = await this.given(from);
    if (given !== undefined || !this.#canAsk()) return given;
    return this.#ask('password: ', from.option);
  }

  /** A new one: asked for twice when it is typed. The environment is not looked at. */
  async fresh({ file, option }: PasswordFrom): Promise<string> {
    if (file !== undefined) return (await this.given({ file, option })) ?? '';
    const typed = await this.#ask('new password: ', option);
    if ((await this.#ask('new password again: ', option)) === typed) return typed;
    throw new AppError('E_CONFIG_INVALID', 'the two passwords differ');
  }

  #canAsk(): boolean {
    return this.#streams.stdin.isTTY === true;
  }

  async #ask(question: string, option: string): Promise<string> {
    if (!this.#canAsk()) {
      throw new AppError(
        'E_CONFIG_INVALID',
        `no password: there is no terminal to ask at; give ${option} with a file, or - for the standard input`,
      );
    }
    const { stdin: input, stderr: output } = this.#streams;
    const line = await askHidden({ input, output, question });
    if (line === undefined) throw new DOMException('interrupted', 'AbortError');
    return this.#whole(line, 'the terminal');
  }

  /** Several options may say `-`: each takes a line, in the order in which they are read. */
  async #nextLine(option: string): Promise<string> {
    this.#linesLeft ??= this.#readLines();
    const line = (await this.#linesLeft).shift() ?? '';
    return this.#whole(line, `the standard input, for ${option},`);
  }

  async #readLines(): Promise<string[]> {
    const chunks: Buffer[] = [];
    for await (const chunk of this.#streams.stdin) chunks.push(Buffer.from(chunk));
    return Buffer.concat(chunks).toString('utf8').split(/\r?\n/);
  }

  #whole(password: string, where: string): string {
    if (password !== '') return password;
    throw new AppError('E_CONFIG_INVALID', `${where} gives an empty password`);
  }
}

/** Editors end files with a line end, which nobody types; spaces are the password's. */
function withoutLineEnd(bytes: Buffer): string {
  return bytes.toString('utf8').replace(/\r?\n$/, '');
}
