/** Files below one folder, and how they change between two backups. */
export interface Dataset {
  readonly name: 'mail' | 'tree' | 'images';
  /** Makes the files; the folder is empty. */
  create(folder: string): Promise<void>;
  /**
   * Changes about one in a hundred.
   * @returns paths of the changed files, relative to the folder, as a source that
   * knows its changes tells them; undefined: this source has to be searched
   */
  change(folder: string): Promise<readonly string[] | undefined>;
}
