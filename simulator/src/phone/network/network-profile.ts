/** What `wx.getNetworkType` says. */
export type NetworkType = "wifi" | "2g" | "3g" | "4g" | "5g" | "unknown" | "none";

/** How bad a network is. Chances are from 0 to 1, times are the phone's milliseconds. */
export interface NetworkProfile {
  /** As `wx` names it; with `none` it is told that there is no connection. */
  readonly type: NetworkType;
  /** The request never arrives. */
  readonly lostRequest: number;
  /** The request is carried out, and its answer never comes back. */
  readonly lostAnswer: number;
  /** The answer breaks off in the middle: the call fails. */
  readonly cutAnswer: number;
  /** The request arrives twice, the second time up to `duplicateWithin` after the first left. */
  readonly duplicate: number;
  readonly duplicateWithin: number;
  /** `wx.login` fails: its own way leads to the platform and not to the server that is called. */
  readonly lostLogin: number;
  /** Something on the way answers in the server's place, with 200 and a page of HTML. */
  readonly portal: number;
  /** Every call waits from the first to the second of these, in each direction. */
  readonly delay: readonly [least: number, most: number];
  /** For how long a lost call goes on until the platform notices; a call's own time-out may come first. */
  readonly noticedAfter: number;
}

const PERFECT: NetworkProfile = {
  type: "wifi",
  lostRequest: 0,
  lostAnswer: 0,
  cutAnswer: 0,
  duplicate: 0,
  // Less than the minute for which servers promise to know a repeat again, so that a slow machine does not overstep it.
  duplicateWithin: 50_000,
  lostLogin: 0,
  portal: 0,
  delay: [0, 0],
  noticedAfter: 3000,
};

/** The networks that a phone knows by name. */
export type NetworkName = "perfect" | "city" | "subway" | "lift" | "portal" | "off";

/** Networks by name. */
export const NETWORKS: Readonly<Record<NetworkName, NetworkProfile>> = Object.freeze({
  /** Nothing goes wrong. */
  perfect: PERFECT,
  /** A good day in town. */
  city: { ...PERFECT, type: "5g", lostRequest: 0.01, lostAnswer: 0.01, lostLogin: 0.01, delay: [20, 120] },
  /** Between two stations: the bad network of docs/reference/threats.md. */
  subway: {
    ...PERFECT,
    type: "4g",
    lostRequest: 0.12,
    lostAnswer: 0.17,
    cutAnswer: 0.03,
    duplicate: 0.05,
    lostLogin: 0.15,
    delay: [50, 1500],
  },
  /** A lift: hardly anything comes back. */
  lift: {
    ...PERFECT,
    type: "3g",
    lostRequest: 0.4,
    lostAnswer: 0.3,
    cutAnswer: 0.05,
    duplicate: 0.05,
    lostLogin: 0.4,
    delay: [200, 3000],
  },
  /** A hotel that wants to be logged in to first. */
  portal: { ...PERFECT, lostLogin: 1, portal: 1 },
  /** No network at all. */
  off: { ...PERFECT, type: "none", lostRequest: 1, lostLogin: 1, noticedAfter: 0 },
});

const CHANCES = ["lostRequest", "lostAnswer", "cutAnswer", "duplicate", "lostLogin", "portal"] as const;

/** @throws TypeError for an unknown name, an invalid probability or an invalid time */
export function networkOf(given: NetworkName | NetworkProfile): NetworkProfile {
  const profile = typeof given === "string" ? NETWORKS[given] : given;
  if (profile === undefined) throw new TypeError(`network: there are ${Object.keys(NETWORKS).join(", ")}`);
  for (const chance of CHANCES) {
    if (!(profile[chance] >= 0 && profile[chance] <= 1)) throw new TypeError(`network: ${chance} is from 0 to 1`);
  }
  const { duplicateWithin, noticedAfter, delay } = profile;
  const [least, most] = delay;
  for (const [name, ms] of Object.entries({
    duplicateWithin,
    noticedAfter,
    least,
    most,
    "most - least": most - least,
  })) {
    if (!(ms >= 0)) throw new TypeError(`network: ${name} is 0 milliseconds or more`);
  }
  return profile;
}
