/** Fragments are multiples of 327,680 bytes. [Microsoft: driveitem-createuploadsession] */
export const fragmentBytes = 10 * 327_680;

export interface Fragment {
  readonly bytes: Buffer;
  readonly offset: number;
}

/** Cuts content into fragments; only the last may be shorter. */
export async function* fragmentsOf(
  content: AsyncIterable<Uint8Array>,
  sizeBytes: number = fragmentBytes,
): AsyncGenerator<Fragment> {
  let waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  let offset = 0;
  for await (const piece of content) {
    let rest = piece;
    while (waitingBytes + rest.length >= sizeBytes) {
      const taken = rest.subarray(0, sizeBytes - waitingBytes);
      yield { bytes: Buffer.concat([...waiting, taken], sizeBytes), offset };
      offset += sizeBytes;
      rest = rest.subarray(taken.length);
      waiting = [];
      waitingBytes = 0;
    }
    waiting.push(rest);
    waitingBytes += rest.length;
  }
  if (waitingBytes > 0) yield { bytes: Buffer.concat(waiting, waitingBytes), offset };
}
