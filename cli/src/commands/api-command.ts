import { Command } from 'commander';

/** A command that talks to a controller: it and all below it take the connection options. */
export class ApiCommand extends Command {
  constructor(name?: string) {
    super(name);
    this.option('--url <url>', 'address of the controller (or FIRN_URL)')
      .option('--token-file <file>', 'file with an API token (or FIRN_TOKEN_FILE, FIRN_TOKEN)')
      .option('--ca-file <file>', "the controller's CA, PEM (or FIRN_CA_FILE)")
      .option('--json', 'print results as JSON');
  }

  override createCommand(name?: string): Command {
    return new ApiCommand(name);
  }
}
