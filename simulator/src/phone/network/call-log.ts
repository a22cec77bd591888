import type { Fate } from "./call-fate.ts";
import type { NetworkCall } from "./network-call.ts";

/** For assertions: what left the phone. Credentials are masked, bodies left out. */
export interface LoggedCall {
  readonly name: NetworkCall["name"];
  readonly method: string;
  /** As the mini program wrote it, with the query that the platform made of `data`. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly fate: Fate["answer"];
}

/** The newest 10,000 calls. */
export interface CallLog {
  note(call: NetworkCall, fate: Fate): void;
  entries(): readonly LoggedCall[];
}

const MOST = 10_000;
const SECRET = /^(?:authorization|proxy-authorization|dpop|cookie)$/i;

export function createCallLog(): CallLog {
  const log: LoggedCall[] = [];
  return Object.freeze({
    note({ name, address, request }: NetworkCall, { answer }: Fate) {
      if (log.length >= MOST) log.shift();
      const headers = Object.fromEntries(
        Object.entries(request.headers).map(([header, value]) => [header, SECRET.test(header) ? masked(value) : value]),
      );
      log.push({ name, method: request.method, url: address, headers, fate: answer });
    },
    entries: () => [...log],
  });
}

/** `Bearer …`; what names no scheme is a secret from its first letter on. */
function masked(value: string): string {
  return value.replace(/^([A-Za-z]+ )?.*$/s, "$1…");
}
