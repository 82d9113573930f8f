import { createHash } from 'node:crypto';
import { base64Text } from '../repository/splitting.ts';

/** So long that objects share it, and small when it is compressed. */
export const report = textOf('report', 70_000);
/** More than is one content without a border. */
export const archive = Buffer.alloc(1_100_000, textOf('archive', 1_000));

/** Lines that follow from the seed, 16 of them again and again. */
export function textOf(seed: string, length: number): Uint8Array {
  const lines = Array.from({ length: 16 }, (_, n) => {
    return createHash('sha512').update(`${seed}/${n}`).digest('base64');
  });
  let text = '';
  for (let n = 0; text.length < length; n += 1) text += `${lines[((n ** 3) >> 3) % 16]}\n`;
  return Buffer.from(text.slice(0, length));
}

/** A message with the report attached. */
export function mailWithReport(subject: string): Uint8Array {
  const lines = [
    `Subject: ${subject}`,
    'Content-Type: multipart/mixed; boundary=b',
    ...['', '--b', 'Content-Type: text/plain', '', `This is ${subject}.`, '--b'],
    ...['Content-Transfer-Encoding: base64', '', base64Text(report, 76, '\r\n'), '--b--', ''],
  ];
  return Buffer.from(lines.join('\r\n'));
}
