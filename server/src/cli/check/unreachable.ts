import { networkCodes } from "../../core/errors/network-codes.ts";

/** What a failed connection to a URL means, and what to do, by its code. */
const SENTENCES: readonly (readonly [RegExp, string])[] = [
  [/^(?:ENOTFOUND|EAI_AGAIN)$/, "the name is not known to DNS: check issuer and the DNS record"],
  [/^ECONNREFUSED$/, "nobody listens there: start the proxy, or hufu serve where there is none"],
  [/^(?:EHOSTUNREACH|ENETUNREACH)$/, "there is no way to that address from this machine"],
  [/^CERT_HAS_EXPIRED$/, "its certificate has expired: renew it, and check this machine's clock"],
  [/^CERT_NOT_YET_VALID$/, "its certificate is not valid yet: check this machine's clock"],
  [/^(?:ERR_TLS_CERT_ALTNAME_INVALID|HOSTNAME_MISMATCH)$/, "its certificate is for another name than the issuer's"],
  [
    /^(?:ERR_SSL_WRONG_VERSION_NUMBER|ERR_SSL_PACKET_LENGTH_TOO_LONG|EPROTO)$/,
    "no TLS is spoken there, and issuer is https",
  ],
  [
    /^(?:CERT_|ERR_TLS_|ERR_SSL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_)/,
    "its certificate is not trusted: let the proxy send the whole chain; for a private authority start Node with NODE_EXTRA_CA_CERTS=FILE, and mind that phones do not know it",
  ],
  [/^(?:ECONNRESET|UND_ERR_SOCKET)$/, "the connection was closed without an answer"],
];

/** Waiting or starting something does not mend these. */
const LASTING = /^(?:CERT_|ERR_TLS_|ERR_SSL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH|EPROTO)/;

/** Why a URL was not reached. */
export interface Unreachable {
  /** One sentence, with the error's code. */
  readonly text: string;
  /** Is it a mistake, whether or not the server runs? */
  readonly isLasting: boolean;
}

export function whyUnreachable(error: unknown): Unreachable {
  if (isTimeout(error)) return { text: "no answer in time", isLasting: false };
  const codes = networkCodes(error);
  for (const code of codes) {
    const sentence = SENTENCES.find(([pattern]) => pattern.test(code))?.[1];
    if (sentence !== undefined) return { text: `${sentence} (${code})`, isLasting: LASTING.test(code) };
  }
  return { text: codes[0] ?? deepestMessage(error), isLasting: false };
}

function deepestMessage(error: unknown): string {
  if (!(error instanceof Error)) return "no answer";
  return error.cause instanceof Error ? deepestMessage(error.cause) : error.message;
}

/** In an error of `fetch` the timeout itself, or its cause. */
function isTimeout(error: unknown): boolean {
  return error instanceof Error && (error.name === "TimeoutError" || isTimeout(error.cause));
}
