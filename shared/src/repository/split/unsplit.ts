import type { ContentSplitter } from './content-splitter.ts';

/** Leaves items as they are. */
export const unsplit: ContentSplitter = {
  open: () => {
    const part = { base64: undefined };
    return {
      push: (bytes) => (bytes.length === 0 ? [] : [{ part, bytes }]),
      end: () => [],
    };
  },
};
