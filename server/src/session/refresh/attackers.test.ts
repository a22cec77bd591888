import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { bytesFrom, type Line, type Numbers, numbersFrom, openLine } from "./simulated-line.fixture.ts";
import { PERFECT, type PhoneStorage, startPhone } from "./simulated-phone.fixture.ts";
import { createTimeline, type Timeline } from "./simulated-timeline.fixture.ts";

const START = 1_700_000_000_000;
const MINUTE = 60_000;
const DAY = 86_400_000;
const RUNS = 50;
const SEED = Number(process.env["HUFU_SEED"] ?? 20_261_122);
/** Refreshes of the owner after the copy was made; every attacker must be stopped long before. */
const REFRESHES = 12;
const COPIED_AFTER = 3;

/** What an attacker may do and see. */
interface Attack {
  readonly line: Line;
  readonly timeline: Timeline;
  readonly next: Numbers;
  /** The storage of the owner, as it was when it was copied. */
  readonly copied: Readonly<PhoneStorage>;
  /** Presents a token; the child, or `undefined` when refused. */
  readonly use: (token: string, attempt: string | undefined) => string | undefined;
  readonly every: (ms: number, act: () => void) => void;
  readonly after: (ms: number, act: () => void) => void;
}

interface Attacker {
  readonly name: string;
  readonly start: (running: Attack) => void;
  /** Called right before the owner refreshes, for attackers that observe it. */
  readonly beforeOwner?: (running: Attack) => void;
  readonly afterOwner?: (running: Attack) => void;
  /** How long the owner is away after the copy was made. */
  readonly awayMs?: number;
  /** Copies the storage in the middle of a refresh, with its pending attempt. */
  readonly copiesPending?: boolean;
}

/** A line of its own from the copied token: each step presents the newest child. */
function ownLine({ use, copied, next }: Attack, attempts: boolean): () => void {
  let token: string | undefined = copied.token;
  return () => {
    const attempt = attempts ? `attacker-${Math.floor(next() * 2 ** 48)}` : undefined;
    if (token !== undefined) token = use(token, attempt) ?? token;
  };
}

const lines = new WeakMap<Attack, () => void>();

const ATTACKERS: readonly Attacker[] = [
  {
    name: "in lockstep: once after each refresh of the owner",
    start: (running) => lines.set(running, ownLine(running, true)),
    afterOwner: (running) => lines.get(running)?.(),
  },
  {
    name: "own chain: every ten minutes, whatever the owner does",
    start: (running) => running.every(10 * MINUTE, ownLine(running, true)),
  },
  {
    name: "sprint: sixty refreshes in a second, then every ten minutes",
    start(running) {
      const step = ownLine(running, true);
      for (let count = 0; count < 60; count += 1) running.after(count * 16, step);
      running.every(10 * MINUTE, step);
    },
  },
  {
    name: "while the owner is away for two days",
    awayMs: 2 * DAY,
    start: (running) => running.every(60 * MINUTE, ownLine(running, true)),
  },
  {
    name: "blocks the owner for hours and refreshes meanwhile",
    awayMs: 5 * 60 * MINUTE,
    start(running) {
      const step = ownLine(running, true);
      for (let count = 1; count <= 20; count += 1) running.after(count * 10 * MINUTE, step);
      running.every(30 * MINUTE, step);
    },
  },
  {
    name: "flood: two hundred attempts at once, then one of the children",
    start(running) {
      let token: string | undefined = running.copied.token;
      for (let count = 0; count < 200; count += 1) token = running.use(running.copied.token, `flood-${count}`) ?? token;
      running.every(10 * MINUTE, () => {
        if (token !== undefined) token = running.use(token, `next-${running.timeline.now()}`) ?? token;
      });
    },
  },
  {
    name: "blind flood: the copied token two hundred times an hour, no answer is used",
    start: (running) =>
      running.every(60 * MINUTE, () => {
        for (let count = 0; count < 200; count += 1)
          running.use(running.copied.token, `blind-${running.timeline.now()}-${count}`);
      }),
  },
  {
    name: "poller: the copied token again and again, always with one attempt",
    start: (running) => running.every(5 * MINUTE, () => running.use(running.copied.token, "the-attempt-of-the-poller")),
  },
  {
    name: "poller without attempt",
    start: (running) => running.every(5 * MINUTE, () => running.use(running.copied.token, undefined)),
  },
  {
    name: "racer: five milliseconds before the owner, each time",
    start: (running) => lines.set(running, ownLine(running, true)),
    beforeOwner: (running) => lines.get(running)?.(),
  },
  {
    name: "clone with the pending attempt, which repeats the request of the owner",
    copiesPending: true,
    start(running) {
      let token = running.use(running.copied.token, running.copied.attempt);
      running.every(10 * MINUTE, () => {
        if (token !== undefined) token = running.use(token, `clone-${running.timeline.now()}`) ?? token;
      });
    },
  },
  {
    name: "two refreshes without attempt, just before the owner, so that the copied token is recent",
    start: (running) => lines.set(running, ownLine(running, false)),
    beforeOwner(running) {
      lines.get(running)?.();
      lines.get(running)?.();
    },
  },
  {
    name: "own chain without attempts",
    start: (running) => running.every(10 * MINUTE, ownLine(running, false)),
  },
];

interface Outcome {
  readonly ended: boolean;
  /** Refreshes that the owner had completed since the copy when the attacker last received a token. */
  readonly lastGain: number;
}

/** What the owner's client sends along. */
interface Owner {
  readonly attempts: boolean;
  readonly deviceId: boolean;
}

function attack(attacker: Attacker, seed: number, owner: Owner): Outcome {
  const next = numbersFrom(seed);
  const timeline = createTimeline(START);
  const line = openLine(bytesFrom(next), START);
  const storage: PhoneStorage = { token: line.first, attempt: undefined };
  const isOver = (): boolean => line.row().status === "ended";
  let running: Attack | undefined;
  let sinceCopy = 0;
  let lastGain = 0;

  function copyStorage(): void {
    const copied = { ...storage };
    const use: Attack["use"] = (token, attempt) => {
      const answer = line.present(token, attempt, timeline.now());
      if (answer.status !== "ok") return undefined;
      lastGain = sinceCopy;
      return answer.child;
    };
    const after: Attack["after"] = (ms, act) => timeline.at(timeline.now() + ms, () => !isOver() && act());
    const every: Attack["every"] = (ms, act) =>
      after(ms, () => {
        act();
        every(ms, act);
      });
    running = { line, timeline, next, copied, use, after, every };
    attacker.start(running);
  }

  let completed = 0;
  startPhone({
    line,
    timeline,
    next,
    network: PERFECT,
    storage,
    attempts: owner.attempts,
    atOnce: 1,
    refreshes: COPIED_AFTER + REFRESHES,
    pauseMs: () =>
      completed === COPIED_AFTER && attacker.awayMs !== undefined ? attacker.awayMs : (8 + 4 * next()) * MINUTE,
    onStart() {
      if (running !== undefined) attacker.beforeOwner?.(running);
      else if (attacker.copiesPending === true && completed === COPIED_AFTER) {
        storage.attempt ??= "the-pending-attempt-of-the-owner";
        copyStorage();
      }
    },
    onSignIn() {
      if (owner.deviceId) line.replace();
    },
    onDone(count) {
      completed = count;
      if (running !== undefined) {
        sinceCopy += 1;
        const attack = running;
        timeline.at(timeline.now() + 1000, () => !isOver() && attacker.afterOwner?.(attack));
      } else if (count === COPIED_AFTER && attacker.copiesPending !== true) copyStorage();
    },
  });
  timeline.run(START + 60 * DAY, isOver);
  return { ended: isOver(), lastGain };
}

describe(`I3: every attacker is stopped (${RUNS} runs each, seed ${SEED})`, () => {
  const owners: readonly (readonly [name: string, owner: Owner])[] = [
    ["with attempt ids", { attempts: true, deviceId: false }],
    ["without attempt ids, with a device id", { attempts: false, deviceId: true }],
  ];
  for (const attacker of ATTACKERS) {
    for (const [name, owner] of owners) {
      test(`${attacker.name}; an owner ${name}`, () => {
        const outcomes = Array.from({ length: RUNS }, (_, run) => attack(attacker, SEED + run, owner));
        const free = outcomes.filter((outcome) => !outcome.ended).length;
        const lastGain = Math.max(...outcomes.map((outcome) => outcome.lastGain));
        assert.equal(free, 0);
        assert.ok(lastGain <= 2, `the attacker still received a token after ${lastGain} refreshes of the owner`);
      });
    }
  }

  test("the limit: an owner that sends neither attempt nor device id signs in, and the chain of such an attacker lives", () => {
    const attacker = ATTACKERS.find(({ name }) => name.startsWith("two refreshes without attempt"));
    assert.ok(attacker);
    assert.equal(attack(attacker, SEED, { attempts: false, deviceId: false }).ended, false);
  });
});
