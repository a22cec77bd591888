import { weaknessOf } from "../token/sealing/weak-secret.ts";

const PREFIX = "whsec_";
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const BYTES_LEAST = 24;
const BYTES_MOST = 64;

/**
 * What is wrong with a secret that signs messages, in words that do not repeat it; `undefined` if nothing is.
 * @see Standard Webhooks, "Signature scheme": `whsec_` and base64 of 24 to 64 bytes
 */
export function webhookSecretMistake(secret: string): string | undefined {
  const encoded = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : undefined;
  const bytes = encoded !== undefined && BASE64.test(encoded) ? Buffer.from(encoded, "base64").length : 0;
  if (encoded === undefined || bytes < BYTES_LEAST || bytes > BYTES_MOST) {
    return `must be ${PREFIX} and base64 of ${BYTES_LEAST} to ${BYTES_MOST} bytes; make one with: echo "${PREFIX}$(openssl rand -base64 32)"`;
  }
  return weaknessOf(encoded);
}
