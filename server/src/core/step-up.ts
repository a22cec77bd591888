/** How a user was authenticated, weakest first: by the platform, silently; by finger or face (docs/protocol.md §8). */
export const ACRS = ["platform", "soter"] as const;

/** @see RFC 9470 §4, `acr` of RFC 9068 */
export type Acr = (typeof ACRS)[number];

/** What something asks of the authentication behind a token, beyond being valid. */
export interface StepUpNeed {
  /** At least this strong. Default `platform`. */
  readonly acr?: Acr | undefined;
  /** At most so many seconds ago. Default: as long ago as the session allows. */
  readonly maxAge?: number | undefined;
}

/** What a token says about its user's authentication. */
export interface Authentication {
  readonly acr: string;
  /** Epoch seconds. */
  readonly authTime: number;
}

/** @param now epoch seconds */
export function meetsNeed({ acr, authTime }: Authentication, need: StepUpNeed, now: number): boolean {
  if (rankOf(acr) < rankOf(need.acr ?? ACRS[0])) return false;
  return need.maxAge === undefined || now - authTime <= need.maxAge;
}

/** -1 for an acr that is unknown here, such as one of a newer server: below all others. */
export function rankOf(acr: unknown): number {
  return (ACRS as readonly unknown[]).indexOf(acr);
}
