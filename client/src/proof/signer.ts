/** Signs with one key. */
export interface Signer {
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /** An Ed25519 signature, 64 bytes (RFC 8032). */
  sign(message: Uint8Array): Uint8Array;
}
