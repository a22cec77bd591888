import assert from "node:assert/strict";
import { test } from "node:test";
import { HufuError } from "../../../core/errors/errors.ts";
import { BATCH_MOST, createBatcher, SAME_KEY_MOST, TURN_MS, UNANSWERED_MOST } from "./batcher.ts";

interface Ask {
  readonly key: string;
  readonly nth: number;
}

interface Sent {
  readonly asks: readonly Ask[];
  /** Answers those keys, or all. */
  answer(keys?: readonly string[]): Promise<void>;
  fail(error: unknown): Promise<void>;
}

/** Everything that was sent waits until the test answers it. */
function harness({
  batchesMost = 1,
  singlesMost = 2,
  aloneMost = 1,
  secondFrom = 1,
  areShared = false,
  soon = atOnce,
} = {}) {
  const batches: Sent[] = [];
  const singles: Sent[] = [];
  let time = 0;
  function sent<Result>(list: Sent[], asks: readonly Ask[], resultOf: (keys: readonly string[]) => Result) {
    return new Promise<Result>((resolve, reject) => {
      list.push({
        asks,
        answer: async (keys = asks.map(({ key }) => key)) => {
          resolve(resultOf(keys));
          await settled();
        },
        fail: async (error) => {
          reject(error);
          await settled();
        },
      });
    });
  }
  const ask = createBatcher<Ask, string>({
    keyOf: ({ key }) => key,
    areShared,
    soon,
    batchesMost,
    singlesMost,
    aloneMost,
    secondFrom,
    areSpread: true,
    askTogether: (asks) => sent(batches, asks, (keys) => new Map(keys.map((key) => [key, "together"]))),
    askAlone: (one) => sent(singles, [one], () => "alone"),
    monotonic: () => time,
  });
  const { use } = ask;
  const outcomes: string[] = [];
  let nth = 0;
  const call = (key: string): void => {
    nth += 1;
    const own = `${key}${nth}`;
    ask({ key, nth }).then(
      (answer) => outcomes.push(`${own} ${answer}`),
      (error) => outcomes.push(`${own} ${error instanceof HufuError ? error.reason : error}`),
    );
  };
  const pass = (ms: number): void => {
    time += ms;
  };
  return { batches, singles, outcomes, call, pass, use };
}

function atOnce(work: () => void): void {
  work();
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const namesOf = (sent: Sent | undefined): readonly string[] => sent?.asks.map(({ key, nth }) => `${key}${nth}`) ?? [];
const last = (list: readonly Sent[]): Sent => list.at(-1) ?? assert.fail("nothing was sent");

test("what finds nothing under way is sent at once, alone, and each after the other stays alone", async () => {
  const { batches, singles, outcomes, call } = harness();
  call("a");
  assert.deepEqual(singles.map(namesOf), [["a1"]]);
  await last(singles).answer();
  call("b");
  await last(singles).answer();
  assert.deepEqual(singles.map(namesOf), [["a1"], ["b2"]]);
  assert.deepEqual(batches, []);
  assert.deepEqual(outcomes, ["a1 alone", "b2 alone"]);
});

test("where a batch is dear, so many go alone first, and a batch takes what comes beside them", async () => {
  const { batches, singles, call } = harness({ singlesMost: 3, aloneMost: 2 });
  for (const key of ["a", "b", "c", "d", "e", "f"]) call(key);
  assert.deepEqual(singles.map(namesOf), [["a1"], ["b2"]]);
  assert.deepEqual(batches.map(namesOf), [["c3"]]);
  await singles[0]?.answer();
  // Three wait by now: they go together.
  assert.equal(singles.length, 2);
  await last(batches).answer();
  assert.deepEqual(namesOf(last(batches)), ["d4", "e5", "f6"]);
});

test("few go alone as turns are free, and make no second batch; one batch is always sent", async () => {
  const { batches, singles, call } = harness({ batchesMost: 2, singlesMost: 3, aloneMost: 2, secondFrom: 3 });
  for (const key of ["a", "b", "c", "d", "e"]) call(key);
  assert.deepEqual(singles.map(namesOf), [["a1"], ["b2"]]);
  assert.deepEqual(batches.map(namesOf), [["c3"]]);
  await singles[0]?.answer();
  assert.deepEqual(namesOf(last(singles)), ["d4"]);
  // Every turn waits for a lock by now.
  for (const key of ["f", "g"]) call(key);
  assert.deepEqual(batches.map(namesOf), [["c3"], ["e5", "f6", "g7"]]);
  call("h");
  await batches[1]?.answer();
  assert.equal(batches.length, 2);
  await batches[0]?.answer();
  assert.deepEqual(namesOf(last(batches)), ["h8"]);
});

test("a call joins nothing that was sent: those that arrive meanwhile go together when there is room", async () => {
  const { batches, call, outcomes } = harness();
  for (const key of ["a", "b", "c", "d"]) call(key);
  // The first is alone, the second fills the only batch.
  assert.deepEqual(batches.map(namesOf), [["b2"]]);
  call("e");
  assert.deepEqual(batches.map(namesOf), [["b2"]]);
  await last(batches).answer();
  assert.deepEqual(batches.map(namesOf), [["b2"], ["c3", "d4", "e5"]]);
  await last(batches).answer();
  assert.deepEqual(outcomes, ["b2 together", "c3 together", "d4 together", "e5 together"]);
});

test("a batch has each key once, in the order of arrival, and the others go with the next", async () => {
  const { batches, call } = harness();
  for (const key of ["z", "z", "a", "b", "a", "a", "c"]) call(key);
  await last(batches).answer();
  assert.deepEqual(namesOf(last(batches)), ["a3", "b4", "c7"]);
  await last(batches).answer();
  assert.deepEqual(namesOf(last(batches)), ["a5"]);
  await last(batches).answer();
  assert.deepEqual(namesOf(last(batches)), ["a6"]);
});

test("what a batch is not sure of is asked alone, so many at once, and holds up no batch", async () => {
  const { batches, singles, call, outcomes } = harness({ singlesMost: 2 });
  for (const key of ["a", "b", "c", "d", "e", "f"]) call(key);
  await last(singles).answer();
  await last(batches).answer();
  await last(batches).answer(["d"]);
  assert.deepEqual(singles.map(namesOf), [["a1"], ["c3"], ["e5"]]);
  call("g");
  assert.deepEqual(namesOf(last(batches)), ["g7"]);
  await last(batches).answer();
  await singles[1]?.answer();
  assert.deepEqual(namesOf(last(singles)), ["f6"]);
  await last(singles).answer();
  assert.deepEqual(outcomes.slice(0, 3), ["a1 alone", "b2 together", "d4 together"]);
  assert.deepEqual(outcomes.slice(3), ["g7 together", "c3 alone", "f6 alone"]);
});

test("what arrives in one turn of the event loop goes together, also when nothing is under way", async () => {
  const { batches, singles, call } = harness({ soon: setImmediate });
  for (const key of ["a", "b"]) call(key);
  await Promise.resolve();
  call("c");
  assert.deepEqual([...singles, ...batches], []);
  await settled();
  assert.deepEqual(
    [singles, batches].map((sent) => sent.map(namesOf)),
    [[], [["a1", "b2", "c3"]]],
  );
});

test("a second batch is made of so many that it is worth it, and one call goes alone meanwhile", async () => {
  const { batches, singles, call } = harness({ batchesMost: 2, secondFrom: 3, soon: setImmediate });
  for (const key of ["a", "b"]) call(key);
  await settled();
  call("c");
  await settled();
  assert.deepEqual(singles.map(namesOf), [["c3"]]);
  for (const key of ["d", "e"]) call(key);
  await settled();
  assert.deepEqual(batches.map(namesOf), [["a1", "b2"]]);
  call("f");
  await settled();
  assert.deepEqual(batches.map(namesOf), [
    ["a1", "b2"],
    ["d4", "e5", "f6"],
  ]);
});

test("enough calls are spread over the batches that are free", async () => {
  const { batches, call } = harness({ batchesMost: 2, secondFrom: 3, soon: setImmediate });
  for (const key of ["a", "b", "c", "d", "e"]) call(key);
  await settled();
  assert.deepEqual(batches.map(namesOf), [["a1", "b2", "c3", "d4", "e5"]]);
  await last(batches).answer();
  for (const key of ["f", "g", "h", "i", "j", "k", "l"]) call(key);
  await settled();
  assert.deepEqual(batches.slice(1).map(namesOf), [
    ["f6", "g7", "h8", "i9"],
    ["j10", "k11", "l12"],
  ]);
});

test("what was sent is counted, and what waits", async () => {
  const { batches, singles, call, use } = harness({ soon: setImmediate });
  call("a");
  assert.deepEqual(use(), { sent: 0, asked: 0, waiting: 1 });
  await settled();
  assert.deepEqual(use(), { sent: 1, asked: 1, waiting: 0 });
  for (const key of ["b", "c", "c"]) call(key);
  await settled();
  assert.deepEqual(use(), { sent: 2, asked: 3, waiting: 1 });
  // Of `c` it is not sure: that one and the other wait, until the first is asked alone.
  await last(batches).answer(["b"]);
  assert.equal(use().waiting, 2);
  await settled();
  assert.deepEqual(use(), { sent: 4, asked: 5, waiting: 0 });
  await last(singles).answer();
});

test("calls that ask the same share a turn that was not sent yet, never one that was", async () => {
  const { batches, singles, call, outcomes } = harness({ areShared: true, soon: setImmediate });
  for (const key of ["a", "b", "a", "b", "b"]) call(key);
  await settled();
  assert.deepEqual(batches.map(namesOf), [["a1", "b2"]]);
  call("a");
  await settled();
  assert.deepEqual(singles.map(namesOf), [["a6"]]);
  call("a");
  call("a");
  await last(batches).answer(["b"]);
  assert.deepEqual(outcomes, ["b2 together", "b4 together", "b5 together"]);
  // Of `a` the batch was not sure, and another call asks alone: what waits for it goes with the next batch.
  await settled();
  assert.deepEqual(namesOf(last(batches)), ["a7"]);
  await last(batches).answer();
  await last(singles).answer();
  await settled();
  await last(singles).answer();
  assert.deepEqual(outcomes.slice(3).toSorted(), ["a1 alone", "a3 alone", "a6 alone", "a7 together", "a8 together"]);
});

for (const areShared of [true, false]) {
  test(`${UNANSWERED_MOST} calls about one session leave room for others; answers shared: ${areShared}`, async () => {
    const { batches, singles, call, outcomes } = harness({ areShared });
    for (let at = 0; at < UNANSWERED_MOST; at += 1) call("one ");
    await settled();
    assert.equal(outcomes.length, UNANSWERED_MOST - SAME_KEY_MOST);
    assert.ok(outcomes.every((outcome) => outcome.endsWith("store_unavailable")));
    const other = `other ${UNANSWERED_MOST + 1}`;
    call("other ");
    await last(batches).answer();
    // They wait in one place, and it does not wait behind them.
    assert.ok(namesOf(last(batches)).includes(other));
    await last(batches).answer();
    assert.ok(outcomes.includes(`${other} together`));
    await last(singles).answer();
    // What was answered made room.
    const answered = outcomes.length;
    call("one ");
    await settled();
    assert.equal(outcomes.length, answered);
  });
}

test("many calls about one row take one single turn at a time, and leave the others to others", async () => {
  const { batches, singles, call, outcomes } = harness({ singlesMost: 2, aloneMost: 2 });
  call("held");
  call("held");
  // Not alone: it would wait for the same lock.
  assert.deepEqual(
    [singles, batches].map((sent) => sent.map(namesOf)),
    [[["held1"]], [["held2"]]],
  );
  await last(batches).answer([]);
  call("held");
  await last(batches).answer([]);
  call("lost");
  assert.deepEqual(namesOf(last(singles)), ["lost4"]);
  await last(singles).answer();
  assert.deepEqual(outcomes, ["lost4 alone"]);
  await singles[0]?.answer();
  await last(singles).answer();
  await last(singles).answer();
  assert.deepEqual(outcomes.slice(1), ["held1 alone", "held2 alone", "held3 alone"]);
});

test("an outage of a batch is one for each of its calls, and the next batch is sent", async () => {
  const { batches, call, outcomes } = harness();
  for (const key of ["a", "b", "c", "d"]) call(key);
  await last(batches).answer();
  call("e");
  await last(batches).fail(new HufuError("store_unavailable"));
  assert.deepEqual(outcomes.slice(1), ["c3 store_unavailable", "d4 store_unavailable"]);
  assert.deepEqual(namesOf(last(batches)), ["e5"]);
});

test("after any other failure of a batch each is asked alone, and only the one that fails again fails", async () => {
  const { batches, singles, call, outcomes } = harness({ singlesMost: 8 });
  for (const key of ["a", "b", "c", "d"]) call(key);
  await last(batches).answer();
  await last(batches).fail(new Error("a deadlock"));
  assert.deepEqual(singles.map(namesOf), [["a1"], ["c3"], ["d4"]]);
  assert.equal(batches.length, 2);
  await singles[2]?.answer();
  await singles[1]?.fail(new Error("cannot be kept"));
  assert.deepEqual(outcomes, ["b2 together", "d4 alone", "c3 Error: cannot be kept"]);
});

test(`a batch has ${BATCH_MOST} at most, and beyond ${UNANSWERED_MOST} unanswered ones there is no room`, async () => {
  const { batches, singles, call, outcomes } = harness({ batchesMost: 2 });
  for (let at = 0; at < UNANSWERED_MOST; at += 1) call(`k${at} `);
  await settled();
  assert.deepEqual(outcomes, []);
  call("over ");
  await settled();
  assert.deepEqual(outcomes, [`over ${UNANSWERED_MOST + 1} store_unavailable`]);
  await batches[0]?.answer();
  assert.equal(last(batches).asks.length, BATCH_MOST);
  assert.equal(batches.length, 3);
  // One was answered, so there is room for one.
  call("late ");
  call("over ");
  await settled();
  assert.deepEqual(outcomes.slice(1), ["k1 2 together", `over ${UNANSWERED_MOST + 3} store_unavailable`]);
  await last(singles).answer();
});

test("what an outage ended makes room: after it as many fit in as before, and what does not is told when to come", async () => {
  const unavailable = new HufuError("store_unavailable");
  let time = 0;
  const ask = createBatcher<number, string>({
    keyOf: String,
    areShared: false,
    batchesMost: 2,
    singlesMost: 2,
    aloneMost: 1,
    secondFrom: 1,
    areSpread: false,
    askTogether: () => Promise.reject(unavailable),
    askAlone: () => Promise.reject(unavailable),
    monotonic: () => time,
  });
  for (let round = 0; round < 2; round += 1) {
    const asked = Promise.allSettled(Array.from({ length: UNANSWERED_MOST }, (_, key) => ask(key)));
    await assert.rejects(ask(-1), { reason: "store_unavailable", retryAfter: 1, detail: /too many/ });
    // Those that wait are too late in the second round.
    time += round * (TURN_MS + 1);
    assert.ok((await asked).every(({ status }) => status === "rejected"));
  }
  await assert.rejects(ask(0), unavailable);
});

test("what did not get its turn in time is told to come again, and nothing of it is sent", async () => {
  const { batches, singles, call, pass, outcomes } = harness({ singlesMost: 1 });
  for (const key of ["a", "b", "c"]) call(key);
  pass(TURN_MS);
  call("d");
  pass(1);
  await last(batches).answer([]);
  // `b` waits for a turn alone, `c` for one in a batch.
  assert.deepEqual(namesOf(last(batches)), ["d4"]);
  await last(singles).answer();
  assert.deepEqual(singles.map(namesOf), [["a1"]]);
  assert.deepEqual(outcomes, ["c3 store_unavailable", "a1 alone", "b2 store_unavailable"]);
});
