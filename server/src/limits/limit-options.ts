/** Most of something; `false` = no limit. */
export type LimitOption = number | false;

/** What a deployment may set under `limits`. Each number stands far above what honest callers need. */
export interface LimitOptions {
  /** Reverse proxies whose `X-Forwarded-For` is believed: addresses or ranges such as `10.0.0.0/8`. Default: none. */
  readonly trustedProxies?: readonly string[] | undefined;
  /**
   * By network address (IPv6: by /64): requests in a minute that no honest phone sends, such as a refresh token that is
   * not ours or a wrong client secret. Honest peak: 0. Default 60.
   */
  readonly forgedPerMinute?: LimitOption | undefined;
  /**
   * By app: login codes in a minute that the platform rejects. Beyond it, addresses that sent such codes wait. Honest
   * peak: one in a hundred sign-ins. Default 300.
   */
  readonly rejectedCodesPerMinute?: LimitOption | undefined;
  /** By session: refreshes in a minute, at least 120. Honest peak: 20, a phone on a bad network. Default 600. */
  readonly refreshesPerMinute?: LimitOption | undefined;
  /** By session: step-ups in a minute. Honest peak: one for each sensitive operation. Default 30. */
  readonly stepUpsPerMinute?: LimitOption | undefined;
  /** By client: introspections in a minute. Honest peak: one for each request of that back end. Default 60,000. */
  readonly introspectionsPerMinute?: LimitOption | undefined;
  /** By client: open streams of `GET /revocations` on one node. Honest peak: one for each process. Default 1000. */
  readonly revocationStreams?: LimitOption | undefined;
  /**
   * Calls to platforms in flight in one process; further ones wait. Honest peak: sign-ins in a second, times the seconds
   * that the platform takes to answer. Default 64.
   */
  readonly platformCalls?: LimitOption | undefined;
}
