/** The few files that the controller writes for its operator. */
export interface TextFiles {
  /** undefined when the file is not there. */
  read(file: string): Promise<string | undefined>;
  /** Whole or not at all. @param mode 0o600 for a secret */
  write(file: string, text: string, mode: number): Promise<void>;
}
