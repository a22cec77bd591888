import { getPublicKey, hashes, sign } from "@noble/ed25519";
import nacl from "tweetnacl";
import type { Signer } from "./signer.ts";

/** Loaded only where there is BigInt: this library makes some as soon as it is loaded. */
export function createFastSigner(seed: Uint8Array): Signer {
  hashes.sha512 = (message) => new Uint8Array(nacl.hash(message));
  return { publicKey: getPublicKey(seed), sign: (message) => sign(message, seed) };
}
