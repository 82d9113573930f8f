/** Contents up to this size share frames of at most this size. */
export const sharedFrameBytes = 128 * 1024;

/** Which contents make a frame together; in order, large ones alone. */
export function frameGroups<T extends { readonly length: number }>(contents: Iterable<T>): T[][] {
  const groups: T[][] = [];
  let group: T[] = [];
  let bytes = 0;
  for (const content of contents) {
    if (content.length > sharedFrameBytes) {
      groups.push([content]);
      continue;
    }
    if (group.length === 0 || bytes + content.length > sharedFrameBytes) {
      group = [];
      bytes = 0;
      groups.push(group);
    }
    group.push(content);
    bytes += content.length;
  }
  return groups;
}
