import { Webhook } from "standardwebhooks";

/** A message before it is sent; a repetition has the same id and body. */
export interface Message {
  /** Without a full stop, which the signature's own text uses. */
  readonly id: string;
  /** JSON. */
  readonly body: string;
}

/** The headers that say who sent a message, and when. */
export interface SignedHeaders {
  readonly "webhook-id": string;
  readonly "webhook-timestamp": string;
  readonly "webhook-signature": string;
}

/**
 * Signs messages with every secret, so that a receiver that knows only the old or only the new one accepts them.
 * @param secrets `whsec_…`, the newest first
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function createMessageSigner(
  secrets: readonly string[],
): (message: Message, nowMs: number) => Readonly<SignedHeaders> {
  const signers = secrets.map((secret) => new Webhook(secret));
  return ({ id, body }, nowMs) => {
    const at = new Date(nowMs);
    return {
      "webhook-id": id,
      "webhook-timestamp": String(Math.floor(nowMs / 1000)),
      "webhook-signature": signers.map((signer) => signer.sign(id, at, body)).join(" "),
    };
  };
}
