import { bearerOf } from "./proof/guarded-call.ts";
import { startLater } from "./proof/later-call.ts";
import { createRequestClaims } from "./proof/request-claims.ts";
import type { Proof } from "./proof.ts";
import { macCall } from "./request-mac/mac-call.ts";
import { createSignedRoutes } from "./request-mac/signed-routes.ts";
import { createStaleSession } from "./request-mac/stale-session.ts";
import { createUserKeys } from "./request-mac/user-key.ts";
import type { Runtime } from "./runtime/runtime.ts";

/** Options of `createRequestMac`. */
export interface RequestMacOptions {
  /**
   * Paths of your back end whose requests carry a MAC from the first one on, with everything below: `/payments`. Default:
   * none; the first refusal of a guard tells, and the request is repeated.
   */
  readonly paths?: readonly string[];
  /** What `createProof()` gave, for an app that uses both. Default: no proofs. */
  readonly proof?: Proof;
}

/** Signs requests with the key that WeChat shares with this user's phones. */
export interface RequestMac {
  /** For the client alone: stands between it and the platform. */
  on(runtime: Runtime, issuer: string, name: string): Runtime;
}

/**
 * Makes the `proof` of `createClient` for back ends whose guards ask for a request MAC (`requestMac: true`). For one client
 * only. Before base library 2.17.3 requests go without, and such a guard refuses them: `forbidden`, `mac_missing`.
 *
 * @example
 * const hufu = createClient({ baseURL: "https://api.example.com", proof: createRequestMac({ paths: ["/payments"] }) });
 * @throws TypeError if `paths` is no list of paths
 */
export function createRequestMac({ paths = [], proof }: RequestMacOptions = {}): RequestMac {
  if (!Array.isArray(paths) || paths.some((path) => typeof path !== "string" || path.charAt(0) !== "/")) {
    throw new TypeError("@hufu/client/request-mac: paths: a list of paths, each with a slash in front");
  }
  const routes = createSignedRoutes(paths);
  let isUsed = false;

  return Object.freeze({
    on(platform: Runtime, issuer: string, name: string): Runtime {
      if (isUsed) throw new TypeError("@hufu/client/request-mac: for one client; call it again for another");
      isUsed = true;
      // Outside of the proofs: a repeat needs another one.
      const runtime = proof ? proof.on(platform, issuer, name) : platform;
      const stale = createStaleSession(platform.now);
      const requests = createRequestClaims("hufu-mac-nonce", platform.now, Math.random);
      const parts = { keys: createUserKeys(platform), requests, routes, stale };
      const signing: Pick<Runtime, "start"> = {
        start(kind, call) {
          if (call.url === `${issuer}/oauth/token`) return startLater(runtime, kind, call, stale.tokenCall(call));
          const token = bearerOf(call);
          if (token === undefined) return runtime.start(kind, call);
          return startLater(runtime, kind, call, macCall(kind, call, token, parts));
        },
      };
      return Object.assign({}, runtime, signing);
    },
  });
}
