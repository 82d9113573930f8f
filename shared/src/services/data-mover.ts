/**
 * How Node and glibc are set for the programs that move content, so that memory
 * goes back to the system. docs/operations.md, "Memory", says why; the units in
 * deploy/systemd say the same.
 */
export const dataMover = {
  nodeFlags: ['--max-semi-space-size=4', '--max-old-space-size=512'],
  environment: {
    MALLOC_ARENA_MAX: '2',
    MALLOC_MMAP_THRESHOLD_: '65536',
    MALLOC_TRIM_THRESHOLD_: '131072',
  },
} as const;
