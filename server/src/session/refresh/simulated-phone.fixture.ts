import type { Line, LineAnswer, Numbers } from "./simulated-line.fixture.ts";
import type { Timeline } from "./simulated-timeline.fixture.ts";

/** Network conditions; probabilities from 0 to 1. */
export interface Network {
  readonly requestLost: number;
  readonly answerLost: number;
  readonly duplicated: number;
  /** Of the retries: after hours or days instead of seconds. */
  readonly longSilence: number;
  /** Of the answers: the phone dies after receiving and before saving. */
  readonly crashBeforeSaving: number;
}

export const PERFECT: Network = {
  requestLost: 0,
  answerLost: 0,
  duplicated: 0,
  longSilence: 0,
  crashBeforeSaving: 0,
};
/** docs/reference/threats.md: 12 % of requests and 17 % of answers lost, one retry in five much later. */
export const HARSH: Network = {
  requestLost: 0.12,
  answerLost: 0.17,
  duplicated: 0.1,
  longSilence: 0.2,
  crashBeforeSaving: 0.02,
};

/** What the phone keeps; an attacker may copy it. */
export interface PhoneStorage {
  token: string;
  /** Saved before the request leaves, forgotten when its answer was saved. */
  attempt: string | undefined;
}

export interface PhoneOptions {
  readonly line: Line;
  readonly timeline: Timeline;
  readonly next: Numbers;
  readonly network: Network;
  readonly storage: PhoneStorage;
  /** Sends attempt ids? */
  readonly attempts: boolean;
  /** Requests sent at once for one refresh; more than one is naive. */
  readonly atOnce: number;
  /** How many refreshes to complete. */
  readonly refreshes: number;
  readonly pauseMs: () => number;
  /** Called before and after each refresh, for attackers that observe the phone. */
  readonly onStart?: () => void;
  readonly onDone?: (completed: number) => void;
  /** Called when the phone gives up its session and signs in. */
  readonly onSignIn?: () => void;
}

/** Refusals as superseded after which a phone whose storage holds nothing newer signs in again. */
const SUPERSEDED_MOST = 2;

export interface Phone {
  readonly completed: () => number;
  /** How the line was lost, if it was. */
  readonly lost: () => LineAnswer["status"] | undefined;
}

const TIMEOUT_MS = 10_000;

/** An honest client: it presents only what its storage has returned, and repeats an unanswered question as it was. */
export function startPhone(options: PhoneOptions): Phone {
  const { line, timeline, next, network, storage } = options;
  let completed = 0;
  let round = 0;
  let lost: LineAnswer["status"] | undefined;
  let superseded = { token: "", times: 0 };

  function refresh(): void {
    options.onStart?.();
    round += 1;
    ask(round);
  }

  function ask(thisRound: number): void {
    if (lost !== undefined || thisRound !== round) return;
    if (options.attempts)
      storage.attempt ??= Math.floor(next() * 2 ** 48)
        .toString(36)
        .padStart(16, "0");
    for (let copy = 0; copy < options.atOnce; copy += 1) send(thisRound, storage.token, storage.attempt);
    timeline.at(timeline.now() + TIMEOUT_MS, () => {
      if (thisRound === round) timeline.at(timeline.now() + retryDelay(), () => ask(thisRound));
    });
  }

  function retryDelay(): number {
    return next() < network.longSilence ? 3_600_000 + next() * 172_800_000 : 1000 + next() * 29_000;
  }

  function send(thisRound: number, token: string, attempt: string | undefined): void {
    if (next() < network.requestLost) return;
    const arrives = timeline.now() + 10 + next() * 2000;
    timeline.at(arrives, () => arrive(thisRound, token, attempt));
    if (next() < network.duplicated)
      timeline.at(arrives + next() * 58_000, () => line.present(token, attempt, timeline.now()));
  }

  function arrive(thisRound: number, token: string, attempt: string | undefined): void {
    const answer = line.present(token, attempt, timeline.now());
    if (next() < network.answerLost) return;
    timeline.at(timeline.now() + 10 + next() * 2000, () => receive(thisRound, token, answer));
  }

  function receive(thisRound: number, presented: string, answer: LineAnswer): void {
    if (answer.status === "superseded") {
      if (thisRound === round) afterSuperseded(thisRound, presented);
      return;
    }
    if (answer.status !== "ok") {
      lost ??= answer.status;
      return;
    }
    if (next() < network.crashBeforeSaving) return;
    const late = thisRound !== round || (options.attempts && storage.token !== presented);
    if (late && options.atOnce === 1) {
      if (thisRound === round) done();
      return;
    }
    storage.token = answer.child;
    storage.attempt = undefined;
    if (thisRound === round) done();
  }

  /** Another runtime may have been faster: then storage holds something newer (docs/protocol.md §3.5). */
  function afterSuperseded(thisRound: number, presented: string): void {
    superseded = { token: presented, times: superseded.token === presented ? superseded.times + 1 : 1 };
    if (storage.token !== presented || superseded.times < SUPERSEDED_MOST) {
      ask(thisRound);
      return;
    }
    lost = "superseded";
    options.onSignIn?.();
  }

  function done(): void {
    round += 1;
    completed += 1;
    options.onDone?.(completed);
    if (completed < options.refreshes) timeline.at(timeline.now() + options.pauseMs(), refresh);
  }

  timeline.at(timeline.now() + options.pauseMs(), refresh);
  return { completed: () => completed, lost: () => lost };
}
