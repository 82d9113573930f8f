/** A hot pack is closed when it has this many bytes. */
export const hotPackBytes = 24 * 1024 * 1024;
