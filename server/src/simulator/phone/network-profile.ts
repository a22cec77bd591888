import type { Dice } from "./dice.ts";

/** How bad a network is. Chances are from 0 to 1, times are the phone's milliseconds. */
export interface NetworkProfile {
  /** The request never arrives. */
  readonly lostRequest: number;
  /** The request is carried out, and its answer never comes back. */
  readonly lostAnswer: number;
  /** The answer breaks off in the middle: the call fails. */
  readonly cutAnswer: number;
  /** The request arrives twice, the second time up to `duplicateWithin` later. */
  readonly duplicate: number;
  readonly duplicateWithin: number;
  /** Something on the way answers in the server's place, with 200 and a page of HTML. */
  readonly portal: number;
  /** Every call waits from the first to the second of these, in each direction. */
  readonly delay: readonly [least: number, most: number];
  /** For how long a lost call goes on until the platform notices; a call's own time-out may come first. */
  readonly noticedAfter: number;
}

const PERFECT: NetworkProfile = {
  lostRequest: 0,
  lostAnswer: 0,
  cutAnswer: 0,
  duplicate: 0,
  duplicateWithin: 50_000,
  portal: 0,
  delay: [0, 0],
  noticedAfter: 3000,
};

/** Networks by name. */
export const NETWORKS = Object.freeze({
  /** Nothing goes wrong. */
  perfect: PERFECT,
  /** A good day in town. */
  city: { ...PERFECT, lostRequest: 0.01, lostAnswer: 0.01, delay: [20, 120] },
  /** Between two stations: what THREATS.md §3 calls harsh. */
  subway: {
    ...PERFECT,
    lostRequest: 0.12,
    lostAnswer: 0.17,
    cutAnswer: 0.03,
    duplicate: 0.05,
    delay: [50, 1500],
  },
  /** A lift: hardly anything comes back. */
  lift: { ...PERFECT, lostRequest: 0.4, lostAnswer: 0.3, cutAnswer: 0.05, duplicate: 0.05, delay: [200, 3000] },
  /** A hotel that wants to be logged in to first. */
  portal: { ...PERFECT, portal: 1 },
  /** No network at all. */
  off: { ...PERFECT, lostRequest: 1, noticedAfter: 0 },
} satisfies Readonly<Record<string, NetworkProfile>>);

export type NetworkName = keyof typeof NETWORKS;

/** What becomes of one call. */
export interface Fate {
  readonly arrives: boolean;
  readonly answer: "whole" | "lost" | "cut" | "portal";
  /** Ms after which the request comes once more; `undefined` = it does not. */
  readonly again: number | undefined;
  readonly delayThere: number;
  readonly delayBack: number;
}

/** Always the same number of rolls, so that one call's fate does not depend on another's. */
export function drawFate(profile: NetworkProfile, dice: Dice): Fate {
  const [least, most] = profile.delay;
  const delay = (): number => least + dice.roll() * (most - least);
  const delayThere = delay();
  const delayBack = delay();
  const lostRequest = dice.happens(profile.lostRequest);
  const lostAnswer = dice.happens(profile.lostAnswer);
  const cut = dice.happens(profile.cutAnswer);
  const portal = dice.happens(profile.portal);
  const twice = dice.happens(profile.duplicate);
  const gap = dice.roll() * profile.duplicateWithin;
  const arrives = !lostRequest && !portal;
  return {
    arrives,
    answer: portal ? "portal" : lostRequest || lostAnswer ? "lost" : cut ? "cut" : "whole",
    again: arrives && twice ? gap : undefined,
    delayThere,
    delayBack,
  };
}

/** @throws TypeError for a name that there is none of, or a chance that is none */
export function networkOf(given: NetworkName | NetworkProfile): NetworkProfile {
  const profile = typeof given === "string" ? NETWORKS[given] : given;
  if (profile === undefined) throw new TypeError(`network: there are ${Object.keys(NETWORKS).join(", ")}`);
  for (const chance of ["lostRequest", "lostAnswer", "cutAnswer", "duplicate", "portal"] as const) {
    if (!(profile[chance] >= 0 && profile[chance] <= 1)) throw new TypeError(`network: ${chance} is from 0 to 1`);
  }
  return profile;
}
