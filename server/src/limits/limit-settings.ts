import type { Networks } from "./addresses.ts";

/** Limits as numbers; no limit is `Infinity`. */
export interface LimitSettings {
  readonly trustedProxies: Networks;
  readonly forgedPerMinute: number;
  readonly rejectedCodesPerMinute: number;
  readonly refreshesPerMinute: number;
  readonly stepUpsPerMinute: number;
  readonly introspectionsPerMinute: number;
  readonly revocationStreams: number;
  readonly platformCalls: number;
}
