/** A fault of one of the next requests. */
export interface KubernetesFault {
  /** A verb and a resource: `create jobs`. */
  readonly on: string;
  /** Answer nothing after the request took effect. */
  readonly cut?: boolean;
  readonly refuse?: { readonly code: number; readonly reason: string; readonly message: string };
}

/** Faults on demand, each for one request, and what is forbidden until further notice. */
export class KubernetesFaults {
  #faults: KubernetesFault[] = [];
  /** `batch/jobs:create`; the core group is empty: `/secrets:create`. */
  denied: readonly string[] = [];

  add(fault: KubernetesFault): void {
    this.#faults.push(fault);
  }

  take(what: string): KubernetesFault | undefined {
    const at = this.#faults.findIndex(({ on }) => on === what);
    return at < 0 ? undefined : this.#faults.splice(at, 1)[0];
  }

  isDenied(group: string, resource: string, verb: string): boolean {
    return this.denied.includes(`${group}/${resource}:${verb}`);
  }
}
