import assert from "node:assert/strict";
import { test } from "node:test";
import { bytesFrom, numbersFrom, openLine } from "./simulated-line.fixture.ts";
import { HARSH, type Phone, startPhone } from "./simulated-phone.fixture.ts";
import { createTimeline } from "./simulated-timeline.fixture.ts";

const START = 1_700_000_000_000;
const YEAR = 365 * 86_400_000;
const REFRESHES = 40;
const SEED = Number(process.env["HUFU_SEED"] ?? 20_261_122);

interface Kind {
  readonly name: string;
  readonly sessions: number;
  readonly runtimes: number;
  readonly attempts: boolean;
  readonly atOnce: number;
}

const KINDS: readonly Kind[] = [
  { name: "phones with attempt ids", sessions: 9000, runtimes: 1, attempts: true, atOnce: 1 },
  { name: "two runtimes on one storage", sessions: 900, runtimes: 2, attempts: true, atOnce: 1 },
  {
    name: "naive clients that refresh 20 at once, without attempt ids",
    sessions: 100,
    runtimes: 1,
    attempts: false,
    atOnce: 20,
  },
];

function live(kind: Kind, seed: number): { readonly ended: boolean; readonly phones: readonly Phone[] } {
  const next = numbersFrom(seed);
  const timeline = createTimeline(START);
  const line = openLine(bytesFrom(next), START);
  const storage = { token: line.first, attempt: undefined };
  const phones = Array.from({ length: kind.runtimes }, () =>
    startPhone({
      line,
      timeline,
      next,
      network: HARSH,
      storage,
      attempts: kind.attempts,
      atOnce: kind.atOnce,
      refreshes: REFRESHES / kind.runtimes,
      pauseMs: () => 60_000 + next() * 1_200_000,
    }),
  );
  // The session's own end is not tested here: every phone has finished long before 180 days.
  timeline.run(START + YEAR, () => line.row().status === "ended");
  return { ended: line.row().status === "ended", phones };
}

for (const kind of KINDS) {
  test(`I2: ${kind.sessions} ${kind.name}, ${REFRESHES} refreshes on a harsh network: none is ended, all finish (seed ${SEED})`, () => {
    let ended = 0;
    let unfinished = 0;
    for (let index = 0; index < kind.sessions; index += 1) {
      const result = live(kind, SEED + index);
      if (result.ended) ended += 1;
      if (result.phones.some((phone) => phone.completed() < REFRESHES / kind.runtimes)) unfinished += 1;
    }
    assert.deepEqual({ ended, unfinished }, { ended: 0, unfinished: 0 });
  });
}
