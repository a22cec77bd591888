import type { Background } from "../background.ts";
import type { PhoneClock } from "../phone-clock.ts";
import type { SeededRandom } from "../seeded-random.ts";
import type { Failure } from "../wx/callbacks.ts";
import { drawFate } from "./call-fate.ts";
import { type JourneyCounts, travel } from "./call-journey.ts";
import { createCallLog, type LoggedCall } from "./call-log.ts";
import { createCallSlots } from "./call-slots.ts";
import type { Http } from "./http-exchange.ts";
import { type NetworkCall, networkFailures } from "./network-call.ts";
import type { NetworkProfile } from "./network-profile.ts";

export interface NetworkCounters extends Readonly<JourneyCounts> {
  /** Requests, uploads and downloads that left. */
  readonly calls: number;
  readonly interrupted: number;
  readonly inFlight: number;
  readonly mostInFlight: number;
  /** Under way or waiting for a slot at this moment. */
  readonly open: number;
}

interface OpenCall {
  readonly name: string;
  readonly isUnderWay: () => boolean;
  readonly end: (failure: Failure | undefined) => void;
}

/** The phone's network: slots, conditions, and what the background has to do with it. */
export interface PhoneNetwork {
  /** Answers how to abort it. */
  start(call: NetworkCall): () => void;
  profile: NetworkProfile;
  counters(): NetworkCounters;
  log(): readonly LoggedCall[];
  /** Drops everything under way without a word, as a kill does. */
  drop(): void;
}

export function createPhoneNetwork(parts: {
  readonly http: Http;
  readonly clock: PhoneClock;
  readonly seeded: SeededRandom;
  readonly background: Background;
  readonly profile: NetworkProfile;
}): PhoneNetwork {
  const { http, clock, seeded, background } = parts;
  const slots = createCallSlots();
  const log = createCallLog();
  const open = new Set<OpenCall>();
  const counts = { calls: 0, lostRequests: 0, lostAnswers: 0, duplicates: 0, interrupted: 0 };
  let profile = parts.profile;
  let started = 0;

  /** Those that wait for a slot first, or each that ends would let one of them set out. */
  function endAll(failureOf: (name: string) => Failure | undefined): void {
    const all = [...open];
    const waiting = all.filter(({ isUnderWay }) => !isUnderWay());
    for (const { name, end } of new Set([...waiting, ...all])) end(failureOf(name));
  }
  background.whenGone(() => {
    counts.interrupted += open.size;
    endAll(networkFailures.interrupted);
  });

  function start(call: NetworkCall): () => void {
    const { name, life } = call;
    if (!life.alive) return () => undefined;
    started += 1;
    const ownSeeded = seeded.forThe("call", started);
    const timers: (() => void)[] = [];
    let over = false;
    let entered = false;
    let disconnect = (): void => undefined;
    const after = (ms: number, run: () => void): void => void (over || timers.push(clock.after(ms, run)));

    function end(failure: Failure | undefined, tell?: () => void): void {
      if (over) return;
      over = true;
      open.delete(mine);
      for (const stop of timers) stop();
      // Nobody hears what a connection says that nobody waits for any more; where all came back there is none to break.
      disconnect();
      if (entered) slots.leave();
      if (tell !== undefined) tell();
      else if (failure !== undefined) call.failed(failure);
    }
    const mine = { name, end, isUnderWay: () => entered };
    open.add(mine);

    slots.enter(() => {
      entered = true;
      if (over) return slots.leave();
      if (background.networkIsGone) {
        counts.interrupted += 1;
        return after(0, () => end(networkFailures.interrupted(name)));
      }
      const fate = drawFate(profile, ownSeeded);
      counts.calls += 1;
      log.note(call, fate);
      after(call.timeout, () => end(networkFailures.timeout(name)));
      const { noticedAfter } = profile;
      disconnect = travel(call, fate, { http, clock, counts, noticedAfter, after, isOver: () => over, end });
    });

    return () => {
      if (life.alive) end(networkFailures.abort(name));
    };
  }

  return {
    start,
    get profile() {
      return profile;
    },
    set profile(next: NetworkProfile) {
      profile = next;
    },
    counters: () => ({ ...counts, inFlight: slots.inFlight, mostInFlight: slots.mostInFlight, open: open.size }),
    log: log.entries,
    drop: () => endAll(() => undefined),
  };
}
