import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { Cluster, Redis } from "ioredis";
import { HufuError } from "../../../core/errors/errors.ts";
import type { Logger } from "../../../core/log/log.ts";
import type { RedisClient } from "./redis-client.ts";
import { createRedisLink, type RedisLinkOptions } from "./redis-link.ts";

/** A client as bare as its structure, whose answers a test gives. */
function scripted(answer: (command: string) => Promise<unknown>) {
  const sent: string[] = [];
  const waiting: (() => void)[] = [];
  const client = {
    status: "ready",
    connect: async () => undefined,
    disconnect: () => undefined,
    call: (command: string, ...args: (string | number)[]) => {
      sent.push([command, ...args].join(" "));
      return answer(command);
    },
    on: () => undefined,
    once: (_event: string, listener: () => void) => waiting.push(listener),
    duplicate: () => assert.fail("nothing here listens"),
  } satisfies RedisClient;
  const becomeReady = (): void => {
    client.status = "ready";
    for (const wake of waiting.splice(0)) wake();
  };
  return { client, sent, waiting, becomeReady };
}

function noting() {
  const lines: string[] = [];
  const note =
    (level: string) =>
    (fields: object, message: string): void =>
      void lines.push(`${level} ${message} ${JSON.stringify(fields)}`);
  const log: Logger = { debug: note("debug"), info: note("info"), warn: note("warn"), error: note("error") };
  return { log, lines };
}

function linkTo(client: RedisClient, more: Partial<RedisLinkOptions> = {}) {
  let now = 0;
  const clock = { now: () => assert.fail("the wall clock may jump"), monotonic: () => now };
  const link = createRedisLink({ client, clock, timeoutMs: 20, failures: 3, pauseMs: 1000, ...more });
  return { link, pass: (ms: number) => (now += ms) };
}

const isOutage = (error: unknown): error is HufuError =>
  error instanceof HufuError && error.reason === "store_unavailable" && error.retryAfter === 1;
const never = () => new Promise<never>(() => undefined);

describe("a link to Redis", () => {
  test("answers what Redis replies", async () => {
    const { client, sent } = scripted(async () => "PONG");
    assert.equal(await linkTo(client).link.send(["ping"]), "PONG");
    assert.deepEqual(sent, ["ping"]);
  });

  test("is what every client of ioredis can be given", () => {
    const [server, cluster] = [new Redis({ lazyConnect: true }), new Cluster([], { lazyConnect: true })];
    createRedisLink({ client: server });
    createRedisLink({ client: cluster });
    const strangers: readonly unknown[] = [undefined, null, {}, "redis://127.0.0.1", { call: () => undefined }];
    for (const client of strangers) {
      assert.throws(() => createRedisLink({ client: client as RedisClient }), /^TypeError: redis: /);
    }
    for (const bad of [{ timeoutMs: 0 }, { failures: 1.5 }, { pauseMs: Number.NaN }]) {
      assert.throws(() => createRedisLink({ client: server, ...bad }), TypeError);
    }
  });

  test("a command without a reply is an outage, in time", async () => {
    const { client } = scripted(never);
    await assert.rejects(linkTo(client).link.send(["ping"]), isOutage);
  });

  test("a reply that came while this process was busy counts", async () => {
    const { client } = scripted(() => setImmediate("PONG"));
    const { link } = linkTo(client);
    const asked = link.send(["ping"]);
    for (const until = performance.now() + 40; performance.now() < until; );
    assert.equal(await asked, "PONG");
  });

  test("what Redis refuses is an outage, and tells the log no argument of the command", async () => {
    const { log, lines } = noting();
    const refusal = Object.assign(new Error("OOM command not allowed"), { command: { args: ["s3cret"] } });
    const { client } = scripted(() => Promise.reject(refusal));
    const { link } = linkTo(client, { log });
    for (let time = 0; time < 3; time += 1) {
      await assert.rejects(link.send(["set", "key", "s3cret"]), (error) => {
        assert.ok(isOutage(error));
        assert.match(error.detail ?? "", /OOM command not allowed/);
        assert.equal(error.cause, undefined);
        return true;
      });
    }
    assert.equal(lines.length, 1);
    assert.ok(!lines.join().includes("s3cret"));
  });

  test("after three failures in a row nothing is sent any more, and a second later one command tries", async () => {
    let answer: () => Promise<unknown> = never;
    const { log, lines } = noting();
    const { client, sent } = scripted(() => answer());
    const { link, pass } = linkTo(client, { log });
    for (let time = 0; time < 3; time += 1) await assert.rejects(link.send(["ping"]), isOutage);
    for (let time = 0; time < 100; time += 1) await assert.rejects(link.send(["ping"]), isOutage);
    assert.equal(sent.length, 3);

    pass(1000);
    const tries = await Promise.allSettled(Array.from({ length: 10 }, () => link.send(["ping"])));
    for (const tried of tries) assert.ok(tried.status === "rejected" && isOutage(tried.reason));
    assert.equal(sent.length, 4);

    answer = async () => "PONG";
    pass(1000);
    assert.equal(await link.send(["ping"]), "PONG");
    assert.equal(await link.send(["ping"]), "PONG");
    assert.deepEqual(
      lines.map((line) => line.split(" ", 1)[0]),
      ["warn", "info"],
      "a loss is told once, and its end",
    );
  });

  test("a success between failures starts the count anew", async () => {
    let turn = 0;
    const { client, sent } = scripted(() => {
      turn += 1;
      return turn % 3 === 0 ? Promise.resolve("PONG") : Promise.reject(new Error("no"));
    });
    const { link } = linkTo(client);
    for (let time = 0; time < 30; time += 1) await link.send(["ping"]).catch(() => undefined);
    assert.equal(sent.length, 30);
  });

  test("without a connection a command waits for one, but not in the client", async () => {
    const { client, sent, waiting, becomeReady } = scripted(async () => "PONG");
    client.status = "reconnecting";
    const { link } = linkTo(client, { timeoutMs: 1000 });
    const asked = [link.send(["ping"]), link.send(["ping"]), link.send(["ping"])];
    await setImmediate();
    assert.deepEqual(sent, []);
    assert.equal(waiting.length, 1, "one listener for all");
    becomeReady();
    assert.deepEqual(await Promise.all(asked), ["PONG", "PONG", "PONG"]);
  });

  test("what has waited in vain is never sent", async () => {
    const { client, sent, becomeReady } = scripted(async () => "PONG");
    client.status = "reconnecting";
    const { link } = linkTo(client);
    await assert.rejects(link.send(["set", "key", "value"], ["del", "key"]), isOutage);
    becomeReady();
    await setImmediate();
    assert.deepEqual(sent, []);
    assert.equal(await link.send(["ping"]), "PONG");
  });

  test("a client that was closed is an outage at once", async () => {
    const { client, sent } = scripted(async () => "PONG");
    client.status = "end";
    await assert.rejects(linkTo(client, { timeoutMs: 3_600_000 }).link.send(["ping"]), isOutage);
    assert.deepEqual(sent, []);
  });

  test("behind a command that may have been done goes what undoes it", async () => {
    const { client, sent } = scripted((command) => (command === "set" ? never() : Promise.resolve(1)));
    await assert.rejects(linkTo(client).link.send(["set", "key", "value"], ["del", "key"]), isOutage);
    assert.deepEqual(sent, ["set key value", "del key"]);
  });
});
