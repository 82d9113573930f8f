/** Exit codes of `firn`; docs/cli.md documents them. */
export const exitCode = {
  ok: 0,
  /** The work was done but failed, or (demo) something is not as it was. */
  failed: 1,
  /** The command line is wrong. */
  usage: 2,
  /** The controller refused: not found, not allowed, a rule of the product. */
  refused: 3,
  /** The controller cannot be reached. */
  unreachable: 4,
  /** Work ended, but objects or items are missing: the session names them. */
  warning: 5,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCode)[keyof typeof exitCode];
