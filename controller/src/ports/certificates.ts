export interface WorkerCertificateRequest {
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  readonly workerId: string;
  readonly lifeMs: number;
}

export interface IssuedCertificate {
  readonly certificatePem: string;
  /** Hex, as it stands in the certificate. */
  readonly serialNumber: string;
  /** ISO 8601. */
  readonly expiresAt: string;
}

/** The controller's own certificate authority. */
export interface CertificateAuthority {
  readonly caPem: string;
  /** SHA-256 of the CA's SubjectPublicKeyInfo, hex. */
  readonly caPin: string;
  /** For the client of the link, named `urn:firn:worker:<id>`. */
  issueWorkerCertificate(request: WorkerCertificateRequest): Promise<IssuedCertificate>;
  /**
   * The public key (SubjectPublicKeyInfo, DER) of a PKCS#10 request, after its
   * proof of possession held. Nothing else of it is used. E_CSR_INVALID.
   */
  readRequest(csr: Uint8Array): Promise<Uint8Array>;
}

/** Looks at certificates that a user brings. */
export interface CertificateReader {
  /** Fails with E_REQUEST_INVALID when they are not PEM, or do not belong together. */
  readPair(pair: { certificatePem: string; privateKeyPem: string }): { expiresAt: string };
}

export interface ServerIdentity {
  /** The server's certificate followed by the CA's: who knows only a pin finds it. */
  readonly certificateChainPem: string;
  readonly privateKeyPem: string;
}

export interface ServerCertificates {
  /** @param hosts names and addresses that clients reach the controller by */
  issueServerIdentity(hosts: readonly string[]): Promise<ServerIdentity>;
}
