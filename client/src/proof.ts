import { bearerOf, boundTo, guardedCall, originOf } from "./proof/guarded-call.ts";
import { createKeyStorage, type KeyStorage } from "./proof/key-storage.ts";
import { startLater } from "./proof/later-call.ts";
import { createProver, type Prover } from "./proof/prover.ts";
import { tokenCall, type Unbound } from "./proof/token-call.ts";
import type { PlatformAnswer, PlatformCall, Runtime } from "./runtime/runtime.ts";

/** A request that something else than the client sends, such as a WebSocket or another request library. */
export interface OtherRequest {
  /** What `authorization()` of the client gave. */
  readonly authorization: string;
  /** Absolute. */
  readonly url: string;
  /** In upper case. Default `GET`. */
  readonly method?: string;
  /** The body as it is sent, a text or an `ArrayBuffer`; a proof names its digest. Default: none. */
  readonly data?: string | ArrayBuffer;
}

/** Binds the sessions of one client to a key of this device. */
export interface Proof {
  /** For the client alone: stands between it and the platform. */
  on(runtime: Runtime, issuer: string, name: string): Runtime;
  /** The headers `Authorization` and `DPoP` for one request; a repeat needs others. */
  headers(request: OtherRequest): Promise<Readonly<Record<string, string>>>;
  /** The answer to such a request may hold the nonce for the next. After `use_dpop_nonce` ask for headers again. */
  heard(url: string, header: PlatformAnswer["header"]): void;
}

/**
 * Makes the `proof` of `createClient`: sessions are bound to a key of this device at their next sign-in, and every
 * request carries a proof (DPoP, RFC 9449). For one client only.
 *
 * @example
 * const hufu = createClient({ baseURL: "https://api.example.com", proof: createProof() });
 */
export function createProof(): Proof {
  let parts: { readonly keys: KeyStorage; readonly prover: Prover } | undefined;

  return Object.freeze({
    on(runtime: Runtime, issuer: string, name: string): Runtime {
      if (parts) throw new TypeError("@hufu/client/proof: createProof() is for one client; call it again for another");
      const keys = createKeyStorage(runtime, `${name}:key`);
      const prover = createProver(runtime.now, Math.random);
      parts = { keys, prover };
      const unbound: Unbound = { refresh: undefined, isRefused: false };
      const proven: Pick<Runtime, "start"> = {
        start(kind, call) {
          if (call.url === `${issuer}/oauth/token`) {
            return startLater(runtime, kind, call, tokenCall(call, keys, prover, unbound));
          }
          const token = bearerOf(call);
          if (token === undefined) return runtime.start(kind, call);
          return startLater(runtime, kind, call, guardedCall(kind, call, token, keys, prover, unbound));
        },
      };
      return Object.assign({}, runtime, proven);
    },
    async headers({
      authorization,
      url,
      method = "GET",
      data,
    }: OtherRequest): Promise<Readonly<Record<string, string>>> {
      const header = { Authorization: authorization };
      const call: PlatformCall = { url, method, data, header, timeout: 0, success: ignore, fail: ignore };
      const token = bearerOf(call);
      const jkt = token && boundTo(token);
      const key = jkt && parts && (await parts.keys.withThumbprint(jkt));
      // Without a key the server refuses the token, and `authorization({ refused })` gets another.
      return key && parts ? parts.prover.proven("request", call, key, originOf(url), token).header : header;
    },
    heard(url: string, header: PlatformAnswer["header"]) {
      if (parts) parts.prover.heard(originOf(url), header);
    },
  });
}

function ignore(): void {}
