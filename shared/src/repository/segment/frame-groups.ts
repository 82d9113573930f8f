/** Contents up to this size share frames of at most this size. */
export const sharedFrameBytes = 128 * 1024;

export interface FrameGroupsOptions {
  /** Whoever reads the frames counts contents: a large one ends the frame before it. */
  readonly inOrder?: boolean;
}

/** Which contents make a frame together; large ones alone, while small ones may pass them. */
export function frameGroups<T extends { readonly length: number }>(
  contents: Iterable<T>,
  { inOrder = false }: FrameGroupsOptions = {},
): T[][] {
  const groups: T[][] = [];
  let group: T[] = [];
  let bytes = 0;
  for (const content of contents) {
    if (content.length > sharedFrameBytes) {
      groups.push([content]);
      if (inOrder) group = [];
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
