import nacl from "tweetnacl";
import type { Signer } from "./signer.ts";

/**
 * A signer for a secret key of 32 bytes. With BigInt a signature takes a tenth of the time, which counts where an engine has
 * no JIT, as on iOS; engines without BigInt use TweetNaCl.
 */
export async function createSigner(seed: Uint8Array): Promise<Signer> {
  try {
    const { createFastSigner } = await import("./fast-ed25519.ts");
    return createFastSigner(seed);
  } catch (_) {
    // No BigInt here, or one that was added to an old engine and cannot do this.
    const { publicKey, secretKey } = nacl.sign.keyPair.fromSeed(seed);
    return { publicKey, sign: (message) => nacl.sign.detached(message, secretKey) };
  }
}
