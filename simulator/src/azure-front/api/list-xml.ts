import type { BlobVersion } from '../domain/blob-record.ts';

/** Elements of `<Properties>` that the front tells of a version, by name. */
export function frontProperties(version: BlobVersion): ReadonlyMap<string, string> {
  const { rehydration, copy, policy, legalHold, modifiedMs, createdMs } = version;
  const told: [string, string][] = [
    ['Creation-Time', new Date(createdMs).toUTCString()],
    ['Last-Modified', new Date(modifiedMs).toUTCString()],
  ];
  if (rehydration) {
    told.push(['ArchiveStatus', `rehydrate-pending-to-${rehydration.to.toLowerCase()}`]);
    told.push(['RehydratePriority', rehydration.priority]);
  }
  if (copy) {
    told.push(['CopyId', copy.id], ['CopyStatus', copy.status], ['CopySource', copy.sourceUrl]);
  }
  if (policy) {
    told.push(['ImmutabilityPolicyUntilDate', new Date(policy.untilMs).toUTCString()]);
    told.push(['ImmutabilityPolicyMode', policy.mode.toLowerCase()]);
  }
  if (legalHold) told.push(['LegalHold', 'true']);
  return new Map(told);
}

/** Azurite's listing, with what the front knows in it. */
export function decoratedListing(
  xml: string,
  versionOf: (name: string) => BlobVersion | undefined,
): string {
  return xml.replace(/<Blob>.*?<\/Blob>/gs, (blob) => {
    const [, name = ''] = /<Name[^>]*>(.*?)<\/Name>/s.exec(blob) ?? [];
    const version = versionOf(unescapeXml(name));
    return version ? withProperties(blob, frontProperties(version)) : blob;
  });
}

function withProperties(blob: string, properties: ReadonlyMap<string, string>): string {
  let left = blob;
  for (const name of properties.keys()) {
    left = left.replace(new RegExp(`<${name}>.*?</${name}>|<${name}/>`, 's'), '');
  }
  return left.replace('</Properties>', `${elements(properties)}</Properties>`);
}

export function elements(properties: Iterable<readonly [name: string, value: string]>): string {
  return [...properties].map(([name, value]) => `<${name}>${escapeXml(value)}</${name}>`).join('');
}

export function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function unescapeXml(text: string): string {
  const plain = text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"');
  return plain.replaceAll('&apos;', "'").replaceAll('&amp;', '&');
}
