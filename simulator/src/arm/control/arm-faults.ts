/** A fault of one of the next requests. */
export interface ArmFault {
  readonly method: string;
  /** Cut the connection: `lose` after the request took effect, `drop` before. */
  readonly cut?: 'lose' | 'drop';
  readonly delayMs?: number;
  readonly refuse?: { readonly status: number; readonly code: string; readonly message: string };
  /** Of a PUT: the machine's allocation fails later on. */
  readonly failLater?: { readonly code: string; readonly message: string };
  /** Of a PUT that is refused: its interface was made before. */
  readonly leavesInterface?: boolean;
}

/** Faults on demand, each for one request of its method, in order. */
export class ArmFaults {
  #faults: ArmFault[] = [];
  /** Actions that nobody is allowed, such as Microsoft.Compute/virtualMachines/write. */
  denied: readonly string[] = [];

  add(fault: ArmFault): void {
    this.#faults.push(fault);
  }

  clear(): void {
    this.#faults = [];
    this.denied = [];
  }

  take(method: string): ArmFault | undefined {
    const at = this.#faults.findIndex((fault) => fault.method === method);
    return at < 0 ? undefined : this.#faults.splice(at, 1)[0];
  }
}
