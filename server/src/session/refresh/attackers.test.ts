import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Die, type Line, openLine, seededDie, seededRandom } from "./simulated-line.fixture.ts";
import { PERFECT, type PhoneStorage, startPhone } from "./simulated-phone.fixture.ts";
import { createTimeline, type Timeline } from "./simulated-timeline.fixture.ts";

const START = 1_700_000_000_000;
const MINUTE = 60_000;
const DAY = 86_400_000;
const RUNS = 50;
const SEED = Number(process.env["HUFU_SEED"] ?? 20_261_122);
/** The victim goes on for so many refreshes after the theft; every thief must be caught long before. */
const REFRESHES = 12;
const STOLEN_AFTER = 3;

/** What a thief may do and see. */
interface Heist {
  readonly line: Line;
  readonly timeline: Timeline;
  readonly die: Die;
  /** The storage of the victim, as it was when it was copied. */
  readonly loot: Readonly<PhoneStorage>;
  /** Presents a token; the child, or `undefined` when refused. */
  readonly use: (token: string, attempt: string | undefined) => string | undefined;
  readonly every: (ms: number, act: () => void) => void;
  readonly after: (ms: number, act: () => void) => void;
}

interface Thief {
  readonly name: string;
  readonly start: (heist: Heist) => void;
  /** Called right before the victim refreshes, for thieves that watch. */
  readonly beforeVictim?: (heist: Heist) => void;
  readonly afterVictim?: (heist: Heist) => void;
  /** How long the victim stays away after the theft. */
  readonly awayMs?: number;
  /** Copies the storage in the middle of a refresh, with its pending attempt. */
  readonly stealsPending?: boolean;
}

/** A line of one's own from the stolen token on: each step presents the newest child. */
function ownLine({ use, loot, die }: Heist, attempts: boolean): () => void {
  let token: string | undefined = loot.token;
  return () => {
    const attempt = attempts ? `thief-${Math.floor(die() * 2 ** 48)}` : undefined;
    if (token !== undefined) token = use(token, attempt) ?? token;
  };
}

const lines = new WeakMap<Heist, () => void>();

const THIEVES: readonly Thief[] = [
  {
    name: "in lockstep: once after each refresh of the victim",
    start: (heist) => lines.set(heist, ownLine(heist, true)),
    afterVictim: (heist) => lines.get(heist)?.(),
  },
  {
    name: "own chain: every ten minutes, whatever the victim does",
    start: (heist) => heist.every(10 * MINUTE, ownLine(heist, true)),
  },
  {
    name: "sprint: sixty refreshes in a second, then every ten minutes",
    start(heist) {
      const step = ownLine(heist, true);
      for (let count = 0; count < 60; count += 1) heist.after(count * 16, step);
      heist.every(10 * MINUTE, step);
    },
  },
  {
    name: "while the victim is away for two days",
    awayMs: 2 * DAY,
    start: (heist) => heist.every(60 * MINUTE, ownLine(heist, true)),
  },
  {
    name: "who blocks the victim for hours and moves ahead meanwhile",
    awayMs: 5 * 60 * MINUTE,
    start(heist) {
      const step = ownLine(heist, true);
      for (let count = 1; count <= 20; count += 1) heist.after(count * 10 * MINUTE, step);
      heist.every(30 * MINUTE, step);
    },
  },
  {
    name: "flood: two hundred attempts at once, then on with one of the children",
    start(heist) {
      let token: string | undefined = heist.loot.token;
      for (let count = 0; count < 200; count += 1) token = heist.use(heist.loot.token, `flood-${count}`) ?? token;
      heist.every(10 * MINUTE, () => {
        if (token !== undefined) token = heist.use(token, `next-${heist.timeline.now()}`) ?? token;
      });
    },
  },
  {
    name: "blind flood: the stolen token two hundred times an hour, no answer ever used",
    start: (heist) =>
      heist.every(60 * MINUTE, () => {
        for (let count = 0; count < 200; count += 1)
          heist.use(heist.loot.token, `blind-${heist.timeline.now()}-${count}`);
      }),
  },
  {
    name: "poller: the stolen token again and again, always with one attempt",
    start: (heist) => heist.every(5 * MINUTE, () => heist.use(heist.loot.token, "the-poller-s-attempt")),
  },
  {
    name: "poller without attempt",
    start: (heist) => heist.every(5 * MINUTE, () => heist.use(heist.loot.token, undefined)),
  },
  {
    name: "racer: five milliseconds ahead of the victim, each time",
    start: (heist) => lines.set(heist, ownLine(heist, true)),
    beforeVictim: (heist) => lines.get(heist)?.(),
  },
  {
    name: "clone with the pending attempt, asking the victim's own question",
    stealsPending: true,
    start(heist) {
      let token = heist.use(heist.loot.token, heist.loot.attempt);
      heist.every(10 * MINUTE, () => {
        if (token !== undefined) token = heist.use(token, `clone-${heist.timeline.now()}`) ?? token;
      });
    },
  },
  {
    name: "own chain without attempts",
    start: (heist) => heist.every(10 * MINUTE, ownLine(heist, false)),
  },
];

interface Outcome {
  readonly ended: boolean;
  /** Refreshes that the victim had completed since the theft when the thief last got anything. */
  readonly lastGain: number;
}

function rob(thief: Thief, seed: number, victimSendsAttempts: boolean): Outcome {
  const die = seededDie(seed);
  const timeline = createTimeline(START);
  const line = openLine(seededRandom(die), START);
  const storage: PhoneStorage = { token: line.first, attempt: undefined };
  const isOver = (): boolean => line.row().status === "ended";
  let heist: Heist | undefined;
  let sinceTheft = 0;
  let lastGain = 0;

  function steal(): void {
    const loot = { ...storage };
    const use: Heist["use"] = (token, attempt) => {
      const answer = line.present(token, attempt, timeline.now());
      if (answer.status !== "ok") return undefined;
      lastGain = sinceTheft;
      return answer.child;
    };
    const after: Heist["after"] = (ms, act) => timeline.at(timeline.now() + ms, () => !isOver() && act());
    const every: Heist["every"] = (ms, act) =>
      after(ms, () => {
        act();
        every(ms, act);
      });
    heist = { line, timeline, die, loot, use, after, every };
    thief.start(heist);
  }

  let completed = 0;
  startPhone({
    line,
    timeline,
    die,
    network: PERFECT,
    storage,
    attempts: victimSendsAttempts,
    atOnce: 1,
    refreshes: STOLEN_AFTER + REFRESHES,
    pauseMs: () => (completed === STOLEN_AFTER && thief.awayMs !== undefined ? thief.awayMs : (8 + 4 * die()) * MINUTE),
    onStart() {
      if (heist !== undefined) thief.beforeVictim?.(heist);
      else if (thief.stealsPending === true && completed === STOLEN_AFTER) {
        storage.attempt ??= "the-victim-s-pending-attempt";
        steal();
      }
    },
    onDone(count) {
      completed = count;
      if (heist !== undefined) {
        sinceTheft += 1;
        const robbed = heist;
        timeline.at(timeline.now() + 1000, () => !isOver() && thief.afterVictim?.(robbed));
      } else if (count === STOLEN_AFTER && thief.stealsPending !== true) steal();
    },
  });
  timeline.run(START + 60 * DAY, isOver);
  return { ended: isOver(), lastGain };
}

describe(`I3: every thief is caught (${RUNS} runs each, seed ${SEED})`, () => {
  for (const thief of THIEVES) {
    for (const [kind, attempts] of [
      ["with", true],
      ["without", false],
    ] as const) {
      test(`${thief.name}; a victim ${kind} attempt ids`, () => {
        const outcomes = Array.from({ length: RUNS }, (_, run) => rob(thief, SEED + run, attempts));
        const free = outcomes.filter((outcome) => !outcome.ended).length;
        const lastGain = Math.max(...outcomes.map((outcome) => outcome.lastGain));
        assert.equal(free, 0);
        assert.ok(lastGain <= 2, `the thief still got something after ${lastGain} refreshes of the victim`);
      });
    }
  }
});
