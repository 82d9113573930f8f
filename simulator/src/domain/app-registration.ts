/** An application that was registered in the tenant and granted application permissions. */
export interface AppRegistration {
  readonly appId: string;
  readonly displayName: string;
  /** PEM certificates; any of them may sign its assertions. */
  readonly certificates: readonly string[];
  /** Empty: the application has no secret and secrets are refused. */
  readonly secrets: readonly string[];
  /** Application permissions with the administrator's consent, e.g. `User.Read.All`. */
  readonly roles: readonly string[];
}

/** The registered applications by their id. */
export class AppRegistry {
  readonly #apps = new Map<string, AppRegistration>();

  put(app: AppRegistration): void {
    this.#apps.set(app.appId.toLowerCase(), app);
  }

  find(appId: string): AppRegistration | undefined {
    return this.#apps.get(appId.toLowerCase());
  }

  all(): readonly AppRegistration[] {
    return [...this.#apps.values()];
  }
}
