import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { silentLogger } from "../../core/log/log.ts";
import { keepWorkers, type Worker, type WorkerEnd } from "./keep-workers.ts";

const KILLED: WorkerEnd = { code: null, signal: "SIGKILL" };

/** A worker whose life the test decides. */
interface Scripted extends Worker {
  readonly signals: NodeJS.Signals[];
  start(): Promise<void>;
  end(how: WorkerEnd): Promise<void>;
}

function decided<Value>() {
  let resolve: (value: Value) => void = () => undefined;
  const promise = new Promise<Value>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

function kept(count: number, refusal: () => Error | undefined = () => undefined) {
  const launched: Scripted[] = [];
  const pauses: number[] = [];
  let now = 0;
  const workers = keepWorkers({
    count,
    log: silentLogger,
    clock: { monotonic: () => now },
    stopMs: () => 60_000,
    pause: async (ms) => void pauses.push(ms),
    launch(number) {
      const refused = refusal();
      if (refused !== undefined) throw refused;
      const started = decided<void>();
      const ended = decided<WorkerEnd>();
      const signals: NodeJS.Signals[] = [];
      const worker: Scripted = {
        number,
        pid: launched.length,
        started: started.promise,
        ended: ended.promise,
        signals,
        kill: (signal) => {
          signals.push(signal);
          ended.resolve({ code: 0, signal: null });
        },
        start: () => {
          started.resolve();
          return setImmediate();
        },
        end: (how) => {
          ended.resolve(how);
          return setImmediate();
        },
      };
      launched.push(worker);
      return worker;
    },
  });
  const at = (index: number): Scripted => launched[index] ?? assert.fail(`${index} was not launched`);
  return { workers, launched, at, pauses, pass: (ms: number) => (now += ms) };
}

test("the first worker starts alone, and the others when it serves", async () => {
  const { workers, launched, at } = kept(3);
  await setImmediate();
  assert.deepEqual(
    launched.map(({ number }) => number),
    [1],
  );
  await at(0).start();
  assert.deepEqual(
    launched.map(({ number }) => number),
    [1, 2, 3],
  );
  workers.stop("SIGTERM", 1000);
  assert.equal(await workers.over, 0);
  for (const { signals } of launched) assert.deepEqual(signals, ["SIGTERM"]);
});

test("what stops the first start stops the whole, with its code", async () => {
  const wrong = kept(4);
  await wrong.at(0).end({ code: 1, signal: null });
  assert.equal(await wrong.workers.over, 1);
  assert.equal(wrong.launched.length, 1);

  const killed = kept(4);
  await killed.at(0).end(KILLED);
  await assert.rejects(killed.workers.over, {
    name: "Failure",
    message: "worker 1 was ended by SIGKILL before it had started",
  });
});

test("a worker that dies is followed by another one in its place, at once", async () => {
  const { workers, launched, at, pauses, pass } = kept(2);
  await at(0).start();
  await at(1).start();
  pass(60_000);
  await at(1).end(KILLED);
  assert.deepEqual(
    launched.map(({ number }) => number),
    [1, 2, 2],
  );
  assert.deepEqual(pauses, [0]);
  await at(2).start();
  workers.stop("SIGINT", 1000);
  assert.equal(await workers.over, 0);
  assert.equal(launched.length, 3);
  assert.deepEqual([at(0).signals, at(2).signals], [["SIGINT"], ["SIGINT"]]);
});

test("five failed starts in a row, later and later, end the whole with a sentence", async () => {
  const { workers, at, pauses, launched } = kept(2);
  await at(0).start();
  await at(1).start();
  await at(1).end(KILLED);
  for (let start = 2; start < 6; start += 1) await at(start).end({ code: 1, signal: null });
  assert.deepEqual(pauses, [0, 1000, 2000, 4000, 8000]);
  const over = assert.rejects(workers.over, {
    name: "Failure",
    message: /^worker 2 failed to start, 5 times in a row/,
  });
  await at(6).end({ code: 1, signal: null });
  await over;
  assert.deepEqual(at(0).signals, ["SIGTERM"]);
  assert.equal(launched.length, 7);
});

test("a start that succeeds forgets those that failed, and a worker that serves and dies is no failed start", async () => {
  const { workers, at, launched } = kept(2);
  await at(0).start();
  await at(1).start();
  for (let round = 0; round < 3; round += 1) {
    for (let failed = 0; failed < 4; failed += 1) await at(launched.length - 1).end({ code: 1, signal: null });
    await at(launched.length - 1).start();
  }
  assert.deepEqual(at(0).signals, []);
  workers.stop("SIGTERM", 1000);
  assert.equal(await workers.over, 0);
});

test("a worker that does not end well when it is stopped makes the code 1", async () => {
  const { workers, at } = kept(1);
  await at(0).start();
  const end = at(0).end({ code: 1, signal: null });
  workers.stop("SIGTERM", 1000);
  await end;
  assert.equal(await workers.over, 1);
});

test("a worker that is killed while it stops makes the code 1, and one that had not started does not", async () => {
  const served = kept(1);
  await served.at(0).start();
  const end = served.at(0).end(KILLED);
  served.workers.stop("SIGTERM", 1000);
  await end;
  assert.equal(await served.workers.over, 1);

  const starting = kept(1);
  const early = starting.at(0).end({ code: null, signal: "SIGTERM" });
  starting.workers.stop("SIGTERM", 1000);
  await early;
  assert.equal(await starting.workers.over, 0);
});

test("a system that makes no process is a failed start, with its sentence", async () => {
  const { workers } = kept(2, () => new Error("spawn ENOMEM"));
  await assert.rejects(workers.over, {
    name: "Failure",
    message: "no process can be made for worker 1: spawn ENOMEM",
  });
});

test("nor does it end those that serve, until it has happened five times in a row", async () => {
  const place: { refusal?: Error } = {};
  const { workers, at, pauses } = kept(2, () => place.refusal);
  await at(0).start();
  await at(1).start();
  place.refusal = new Error("spawn ENOMEM");
  const over = assert.rejects(workers.over, {
    name: "Failure",
    message: /^worker 2 failed to start, 5 times in a row/,
  });
  await at(1).end(KILLED);
  await over;
  assert.deepEqual(pauses, [0, 1000, 2000, 4000, 8000]);
  assert.deepEqual(at(0).signals, ["SIGTERM"]);
});
