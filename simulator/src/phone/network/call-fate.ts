import type { SeededRandom } from "../seeded-random.ts";
import type { HeaderCase } from "./header-case.ts";
import type { NetworkProfile } from "./network-profile.ts";

/** What becomes of one call. */
export interface Fate {
  readonly arrives: boolean;
  readonly answer: "whole" | "lost" | "cut" | "portal";
  /** Phone ms after which the request arrives once more; `undefined` = it does not. */
  readonly again: number | undefined;
  readonly delayThere: number;
  readonly delayBack: number;
  readonly headerCase: HeaderCase;
}

/** What becomes of one login. */
export interface LoginFate {
  readonly isLost: boolean;
  readonly delay: number;
}

export function drawLoginFate({ lostLogin, delay: [least, most] }: NetworkProfile, seeded: SeededRandom): LoginFate {
  const isLost = seeded.happens(lostLogin);
  return { isLost, delay: least + seeded.roll() * (most - least) };
}

/** Always the same number of rolls in the same order, so that a changed profile changes nothing but its own chances. */
export function drawFate(profile: NetworkProfile, seeded: SeededRandom): Fate {
  const [least, most] = profile.delay;
  const delay = (): number => least + seeded.roll() * (most - least);
  const delayThere = delay();
  const delayBack = delay();
  const lostRequest = seeded.happens(profile.lostRequest);
  const lostAnswer = seeded.happens(profile.lostAnswer);
  const cut = seeded.happens(profile.cutAnswer);
  const portal = seeded.happens(profile.portal);
  const twice = seeded.happens(profile.duplicate);
  const gap = seeded.roll() * profile.duplicateWithin;
  const headerCase = Math.floor(seeded.roll() * 4) as HeaderCase;
  const arrives = !lostRequest && !portal;
  return {
    arrives,
    answer: portal ? "portal" : lostRequest || lostAnswer ? "lost" : cut ? "cut" : "whole",
    again: arrives && twice ? gap : undefined,
    delayThere,
    delayBack,
    headerCase,
  };
}
