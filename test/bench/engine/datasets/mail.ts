import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dataset } from './dataset.ts';
import { Random } from './random.ts';
import { Vocabulary } from './text.ts';

const mailboxes = 50;
const folders = 12;
/** Log-normal: with the attachments, a message has 75 KB in the mean. */
const bodyMedianBytes = 21_000;
const bodySigma = 1.3;
const attachmentMedianBytes = 120_000;
const attachmentSigma = 1;
const attachmentShare = 0.1;
/** Of 15 attachments in a row five are the same one, sent to five mailboxes. */
const attachmentsInRow = 15;
const sharedInRow = 5;
const lineLength = 76;

/** Messages of 50 mailboxes, as MIME, one file a message. */
export function mailDataset(messages: number, seed = 1): Dataset {
  return {
    name: 'mail',
    create: async (folder) => {
      const writer = new MailWriter(folder, seed);
      await writer.makeFolders();
      for (let n = 0; n < messages; n += 1) await writer.write(n);
    },
    change: async (folder) => {
      const writer = new MailWriter(folder, seed + 1);
      const changed: string[] = [];
      for (let n = 0; n < messages / 200; n += 1) {
        changed.push(await writer.write(n * 200), await writer.write(messages + n));
      }
      return changed;
    },
  };
}

class MailWriter {
  readonly #folder: string;
  readonly #random: Random;
  readonly #vocabulary: Vocabulary;
  readonly #seed: number;
  #attachments = 0;

  constructor(folder: string, seed: number) {
    this.#folder = folder;
    this.#seed = seed;
    this.#random = new Random(seed);
    this.#vocabulary = new Vocabulary(new Random(0));
  }

  async makeFolders(): Promise<void> {
    for (let box = 0; box < mailboxes; box += 1) {
      for (let at = 0; at < folders; at += 1) {
        await mkdir(join(this.#folder, mailboxName(box), `folder-${at}`), { recursive: true });
      }
    }
  }

  /** @returns the path of the message's file */
  async write(n: number): Promise<string> {
    const box = mailboxName(n % mailboxes);
    const path = join(box, `folder-${Math.floor(n / mailboxes) % folders}`, `${n}.eml`);
    await writeFile(join(this.#folder, path), this.#message(n));
    return path;
  }

  #message(n: number): string {
    const random = this.#random;
    const subject = this.#vocabulary.text(random, 40);
    const length = Math.min(2_000_000, random.logNormal(bodyMedianBytes, bodySigma));
    const html = this.#html(length);
    const boundary = `=_${n.toString(16)}_${random.below(2 ** 32).toString(16)}`;
    const head = [
      `Received: from mx${random.below(9)}.example.com by mail.example.com; ${stamp(random)}`,
      `Message-ID: <${random.bytes(12).toString('hex')}@example.com>`,
      `Date: ${stamp(random)}`,
      `From: ${this.#address()}`,
      `To: ${this.#address()}, ${this.#address()}`,
      `Subject: ${subject}`,
      'MIME-Version: 1.0',
      `Content-Type: multipart/mixed; boundary="${boundary}"`,
    ];
    const body = ['Content-Type: text/html; charset=utf-8', '', html];
    const parts = [body, ...(random.next() < attachmentShare ? [this.#attachment()] : [])];
    const lines = parts.flatMap((part) => [`--${boundary}`, ...part]);
    return [...head, '', ...lines, `--${boundary}--`, ''].join('\r\n');
  }

  #html(length: number): string {
    const style = 'font-family:Calibri,sans-serif;font-size:11pt;margin:0cm';
    const paragraphs: string[] = [];
    for (let written = 0; written < length; ) {
      const text = this.#vocabulary.text(this.#random, 300);
      paragraphs.push(`<p class="MsoNormal" style="${style}">${text}</p>`);
      written += text.length + 70;
    }
    return `<html><body>\r\n${paragraphs.join('\r\n')}\r\n</body></html>`;
  }

  #attachment(): string[] {
    const base64 = this.#attachedBytes().toString('base64');
    const lines = base64.match(new RegExp(`.{1,${lineLength}}`, 'g')) ?? [];
    const name = `${this.#vocabulary.word(this.#random)}.pdf`;
    return [
      'Content-Type: application/pdf',
      `Content-Disposition: attachment; filename="${name}"`,
      'Content-Transfer-Encoding: base64',
      '',
      ...lines,
    ];
  }

  #attachedBytes(): Buffer {
    const at = this.#attachments;
    this.#attachments += 1;
    const isShared = at % attachmentsInRow < sharedInRow;
    const random = new Random(this.#seed + 1_000 * (isShared ? at - (at % attachmentsInRow) : at));
    return random.bytes(Math.round(random.logNormal(attachmentMedianBytes, attachmentSigma)));
  }

  #address(): string {
    const name = this.#vocabulary.word(this.#random);
    return `${name} <${name}@example.com>`;
  }
}

function mailboxName(box: number): string {
  return `mailbox-${String(box).padStart(2, '0')}`;
}

function stamp(random: Random): string {
  return new Date(Date.UTC(2020, 0, 1) + random.below(5 * 365 * 86_400) * 1_000).toUTCString();
}
