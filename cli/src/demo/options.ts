/** What the user may choose of the demo. */
export interface DemoOptions {
  readonly users: number;
  readonly mailsPerUser: number;
  readonly filesPerUser: number;
  /** Sub-folders of .eml files become mailboxes. */
  readonly mailDir?: string;
  /** A folder that becomes the OneDrives. */
  readonly filesDir?: string;
  readonly seed: number;
  /** The copy is repacked by an archiver appliance. */
  readonly appliance: boolean;
  /** One byte of an archive pack is flipped after the copy. */
  readonly plantFault: boolean;
  /** Leave everything running at the end. */
  readonly keep: boolean;
  /** The report goes here. */
  readonly reportFile?: string;
}

export const demoDefaults = {
  users: 10,
  mailsPerUser: 200,
  filesPerUser: 20,
  seed: 1,
} as const;

/** Of the seeded tenant; not for the user to choose. */
export const demoTenant = {
  foldersPerUser: 15,
  mailMeanBytes: 40 * 1024,
  latencyMs: 5,
} as const;
