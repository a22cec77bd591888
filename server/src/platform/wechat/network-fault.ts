import { networkCodes } from "../../core/errors/network-codes.ts";
import { NoRoom } from "../call-gate.ts";
import type { WeChatFault } from "./wechat-outcome.ts";

const NEVER_ARRIVED: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "UND_ERR_CONNECT_TIMEOUT",
]);
/** This process or machine has run out of descriptors, ports or memory: the platform has nothing to do with it. */
const LOCAL: ReadonlySet<string> = new Set(["EMFILE", "ENFILE", "ENOBUFS", "ENOMEM", "EADDRNOTAVAIL", "EAGAIN"]);
/** OpenSSL's and Node's words for a certificate that is not trusted, and for a port that speaks no TLS. */
const UNTRUSTED =
  /^(?:CERT_|ERR_TLS_|ERR_SSL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED|EPROTO$)/;

/**
 * What a failed call was, by the codes of its error. Only the codes are kept: a message may quote the URL, and the URL
 * holds the secret.
 */
export function networkFault(error: unknown): WeChatFault {
  if (error instanceof NoRoom) return { kind: "fault", what: "local", detail: error.message };
  const codes = networkCodes(error);
  const detail = codes.length > 0 ? codes.join(" ") : "the connection broke";
  const untrusted = codes.some((code) => UNTRUSTED.test(code));
  if (untrusted) return { kind: "fault", what: "untrusted", detail };
  const local = codes.some((code) => LOCAL.has(code));
  if (local) return { kind: "fault", what: "local", detail };
  const never = codes.length > 0 && codes.every((code) => NEVER_ARRIVED.has(code));
  return { kind: "fault", what: never ? "unreachable" : "reset", detail };
}
