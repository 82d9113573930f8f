import type { MailProps, Recipient } from '../mailbox/mail-item.ts';
import { buildMime } from '../mime/build-mime.ts';
import type { MimeAttachment } from '../mime/mime-message.ts';
import { type RandomStream, randomStream } from '../random-stream.ts';
import { ATTACHMENT_NAMES, SUBJECTS, WORDS } from './vocabulary.ts';

/** Which mails a seed makes. */
export interface MailPlan {
  readonly seed: string;
  /** Mean size of a mail in bytes; sizes are log-normal around it. */
  readonly meanBytes: number;
  readonly people: readonly Recipient[];
  /** The newest mail is about so old. */
  readonly newestMs: number;
}

/** A mail out of the seed: its properties at once, its bytes on demand. */
export interface SeededMail {
  readonly props: MailProps;
  readonly sizeBytes: number;
  readonly mime: () => Uint8Array;
}

const SIGMA = 0.9;
const LEAST_BYTES = 1200;
const YEAR_MS = 365 * 86_400_000;

/** Mail number `index` of user number `user`: the same call gives the same mail, byte by byte. */
export function seededMail(plan: MailPlan, user: number, index: number): SeededMail {
  const random = randomStream(`${plan.seed}/mail/${user}/${index}`);
  const sizeBytes = drawSize(random, plan.meanBytes);
  const isHtml = random.chance(0.7);
  const fileCount = random.chance(0.25) ? 1 + random.below(3) : 0;
  const props = drawProps(random, plan, { user, index, hasAttachments: fileCount > 0 });
  return {
    props,
    sizeBytes,
    mime: () => {
      const content = random.fork('content');
      const textBytes = fileCount === 0 ? sizeBytes : Math.min(sizeBytes / 3, 20_000);
      const body = drawBody(content, isHtml, Math.max(200, (textBytes - 800) * 0.74));
      const restBytes = Math.max(64, (sizeBytes - textBytes - 800) * 0.74);
      const attachments = drawFiles(content, fileCount, restBytes);
      return buildMime({ props, body, attachments, headers: transportHeaders(content, props) });
    },
  };
}

function drawSize(random: RandomStream, meanBytes: number): number {
  const gauss = Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
  const scaled = meanBytes * Math.exp(SIGMA * gauss - (SIGMA * SIGMA) / 2);
  return Math.round(Math.min(Math.max(scaled, LEAST_BYTES), meanBytes * 60));
}

function drawProps(
  random: RandomStream,
  plan: MailPlan,
  mail: { user: number; index: number; hasAttachments: boolean },
): MailProps {
  const from = random.pick(plan.people);
  const self = plan.people[mail.user % plan.people.length] ?? from;
  const sentMs = Math.floor((plan.newestMs - random.next() * 2 * YEAR_MS) / 1000) * 1000;
  const subject = `${random.pick(SUBJECTS)} ${mail.index + 1}`;
  const word = `${Math.floor(random.next() * 2 ** 32).toString(16)}.${mail.user}.${mail.index}`;
  return {
    itemClass: 'IPM.Note',
    subject,
    from,
    sender: from,
    to: [self],
    cc: random.chance(0.3) ? [random.pick(plan.people)] : [],
    bcc: [],
    replyTo: [],
    internetMessageId: `<${word}@mail.contoso.example>`,
    sentMs,
    receivedMs: sentMs + 1000 * random.below(120),
    isRead: random.chance(0.7),
    isDraft: false,
    importance: random.chance(0.1) ? 'high' : 'normal',
    categories: random.chance(0.1) ? [random.pick(['Blue category', 'Customer', 'Wichtig'])] : [],
    flagStatus: random.chance(0.05) ? 'flagged' : 'notFlagged',
    readReceipt: false,
    deliveryReceipt: false,
    hasAttachments: mail.hasAttachments,
    bodyPreview: drawWords(random, 120),
    conversationTopic: subject.replace(/^(?:Re|Fw|AW): /, ''),
    extended: random.chance(0.1)
      ? { 'String {66f5a359-4659-4830-9070-00047ec6ac6e} Name Color': 'Green' }
      : {},
  };
}

function transportHeaders(
  random: RandomStream,
  props: MailProps,
): readonly (readonly [string, string])[] {
  const host = `mx${random.below(9)}.contoso.example`;
  const date = new Date(props.receivedMs).toUTCString().replace('GMT', '+0000');
  return [
    [
      'Received',
      `from ${host} (192.0.2.${random.below(250)})\r\n\tby mail.contoso.example with ESMTPS; ${date}`,
    ],
    ['X-Mailer', random.pick(['Outlook 16.0', 'Thunderbird 128', 'Apple Mail'])],
    ['Thread-Topic', random.pick(['weekly', 'report', 'none'])],
  ];
}

function drawWords(random: RandomStream, length: number): string {
  let text = random.pick(WORDS);
  while (text.length < length) text += ` ${random.pick(WORDS)}`;
  return text;
}

/** Repeats a few drawn paragraphs: fast to make, and as compressible as real mail. */
function drawBody(
  random: RandomStream,
  isHtml: boolean,
  sizeBytes: number,
): { contentType: 'text' | 'html'; content: string } {
  const paragraphs = Array.from({ length: 12 }, () => drawWords(random, 160));
  const [open, close] = isHtml ? ['<p>', '</p>\r\n'] : ['', '\r\n\r\n'];
  const pieces: string[] = [];
  let length = 0;
  while (length < sizeBytes) {
    const piece = `${open}${random.pick(paragraphs)} ${random.below(1_000_000_000)}${close}`;
    pieces.push(piece);
    length += piece.length;
  }
  const text = pieces.join('');
  return isHtml
    ? { contentType: 'html', content: `<html><head></head><body>\r\n${text}</body></html>\r\n` }
    : { contentType: 'text', content: text };
}

function drawFiles(
  random: RandomStream,
  count: number,
  totalBytes: number,
): readonly MimeAttachment[] {
  return Array.from({ length: count }, (_unused, i) => ({
    name: `${i + 1} ${random.pick(ATTACHMENT_NAMES)}`,
    contentType: 'application/octet-stream',
    contentId: null,
    contentLocation: null,
    isInline: false,
    isItem: false,
    bytes: drawBytes(random, Math.ceil(totalBytes / count)),
  }));
}

/** Bytes that do not compress, four at a time. */
function drawBytes(random: RandomStream, sizeBytes: number): Uint8Array {
  const bytes = Buffer.alloc(Math.ceil(sizeBytes / 4) * 4);
  const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length; at += 4) {
    words.setUint32(at, random.next() * 4_294_967_296, true);
  }
  return bytes.subarray(0, sizeBytes);
}
