export interface ApplianceOrder {
  readonly workerId: string;
  /** One-time: controller URL, pin of its CA, token. The only secret it is given. */
  readonly joinString: string;
}

/** Starts archiver appliances where they shall run, and ends them. */
export interface ApplianceLauncher {
  /** @returns what `end` needs to find it again, also after a restart. E_APPLIANCE_FAILED */
  launch(order: ApplianceOrder): Promise<string>;
  /** Ends it if it still runs. Safe to repeat. */
  end(handle: string): Promise<void>;
}
