const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** An id as OneDrive for Business forms it: `01`, six characters of the drive, the item's GUID. */
export function itemIdOf(driveKey: string, guid: string): string {
  return `01${driveKey}${base32(Buffer.from(guid.replaceAll('-', ''), 'hex'))}`;
}

/** Six characters that stand for a drive in the ids of its items. */
export function driveKeyOf(driveGuid: string): string {
  return base32(Buffer.from(driveGuid.replaceAll('-', ''), 'hex')).slice(0, 6);
}

/** `b!` and the GUIDs of site, web and list. */
export function driveIdOf(guids: { site: string; web: string; list: string }): string {
  const hex = [guids.site, guids.web, guids.list].join('').replaceAll('-', '');
  return `b!${Buffer.from(hex, 'hex').toString('base64url')}`;
}

/** Changes with every change of the item. */
export function eTagOf(guid: string, version: number): string {
  return `"{${guid.toUpperCase()}},${version}"`;
}

/** Changes with the content of the item only. */
export function cTagOf(guid: string, version: number): string {
  return `"c:{${guid.toUpperCase()}},${version}"`;
}

function base32(bytes: Uint8Array): string {
  let text = '';
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += ALPHABET[(held >> bits) & 31];
    }
    held &= (1 << bits) - 1;
  }
  return bits > 0 ? text + ALPHABET[(held << (5 - bits)) & 31] : text;
}
