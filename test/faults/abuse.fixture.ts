import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import type { TestContext } from "node:test";
import { shortOrLong } from "./how-long.ts";
import { startFleet } from "./nodes.ts";
import { childAt, inLanes, signInAt } from "./people.ts";

const ROUNDS = shortOrLong(24, 400);
const AT_ONCE = 24;
const SLOW_SOCKETS = 250;
/** A node gives headers ten seconds and a whole request thirty; far more than both. */
const SLOW_MOST_MS = 60_000;
const MB = 1_048_576;
/** With a heap that is kept small what a node holds shows; with the usual one V8 takes 200 MB more before it tidies up. */
const SMALL_HEAP = { NODE_OPTIONS: "--max-old-space-size=96 --max-semi-space-size=2", MALLOC_ARENA_MAX: "1" };
/** Everything has been seen by then, and most of memory's steps have been taken. */
const WARM_ROUNDS = shortOrLong(16, 60);
const GROWTH_MOST_BYTES = 64 * MB;
/** Measured in 340 rounds: up to 23 MB, in a step or two, as it is; 44 MB in 180, and rising, where each body that was read is kept. */
const LATE_GROWTH_MOST_BYTES = 32 * MB;
const TOKEN_PATH = "/auth/oauth/token";
const FORM_TYPE = "content-type: application/x-www-form-urlencoded";

/** What an abuser writes, piece by piece. */
type Pieces = readonly string[];

function post(headers: string, body: string): string {
  return `POST ${TOKEN_PATH} HTTP/1.1\r\nhost: x\r\n${headers}\r\n\r\n${body}`;
}

function formOf(body: string): string {
  return post(`${FORM_TYPE}\r\ncontent-length: ${body.length}`, body);
}

const DEEP = "[".repeat(100_000) + "]".repeat(100_000);
const SIGN_IN = "grant_type=urn:hufu:grant-type:login-code&client_id=wx-demo&code=some-code&context=";

/** Each is refused with a status of four hundred and something. */
const ABUSE: Readonly<Record<string, Pieces>> = {
  "headers of 1 MB": [`GET /auth/me HTTP/1.1\r\nhost: x\r\nx-long: ${"a".repeat(1_048_576)}\r\n\r\n`],
  "100 000 headers": [`GET /auth/me HTTP/1.1\r\nhost: x\r\n${"a: b\r\n".repeat(100_000)}\r\n`],
  "a target of 1 MB": [`GET /auth/${"a".repeat(1_048_576)} HTTP/1.1\r\nhost: x\r\n\r\n`],
  "deep JSON as a body": [post(`content-type: application/json\r\ncontent-length: ${DEEP.length}`, DEEP)],
  "deep JSON in a parameter": [formOf(SIGN_IN + DEEP)],
  "deep JSON that is small enough": [formOf(SIGN_IN + "[".repeat(1500) + "]".repeat(1500))],
  "100 000 parameters": [formOf("a=b&".repeat(100_000))],
  "one parameter, 1000 times": [formOf("code=x&".repeat(1000))],
  "a body of 4 MB": [formOf("a".repeat(4 * 1_048_576))],
  "a length that no body has": [post(`${FORM_TYPE}\r\ncontent-length: 99999999999`, "a=b")],
  "chunks without end": [
    post(`${FORM_TYPE}\r\ntransfer-encoding: chunked`, ""),
    ...Array.from({ length: 64 }, () => `ffff\r\n${"a".repeat(65_535)}\r\n`),
  ],
  "chunks of one byte": [
    post(`${FORM_TYPE}\r\ntransfer-encoding: chunked`, ""),
    ...Array.from({ length: 32 }, () => "1\r\na\r\n".repeat(8192)),
  ],
  "a chunk extension of 1 MB": [
    post(`${FORM_TYPE}\r\ntransfer-encoding: chunked`, `1;${"a".repeat(1_048_576)}\r\na\r\n`),
  ],
  "a trailer of 1 MB": [
    post(`${FORM_TYPE}\r\ntransfer-encoding: chunked`, `0\r\nx-long: ${"a".repeat(1_048_576)}\r\n\r\n`),
  ],
  "a chunk of no known length": [post(`${FORM_TYPE}\r\ntransfer-encoding: chunked`, "zz\r\na\r\n0\r\n\r\n")],
  "a length and chunks at once": [post("content-length: 5\r\ntransfer-encoding: chunked", "0\r\n\r\n")],
  "two lengths": [post("content-length: 3\r\ncontent-length: 4", "abcd")],
  "no HTTP at all": ["\u0016\u0003\u0001 this is no HTTP\r\n\r\n"],
};

/** A client that goes on writing is cut off after a megabyte, and that may overtake the answer. */
const MAY_MISS_ITS_ANSWER: readonly string[] = ["chunks without end", "a body of 4 MB"];

interface Outcome {
  /** Of the first answer; 0 if none came. */
  readonly status: number;
  readonly ms: number;
}

/** Writes all of it, whether or not somebody still listens, and waits until the connection is gone. */
function abuse(port: number, pieces: Pieces): Promise<Outcome> {
  return new Promise((resolve) => {
    const before = performance.now();
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    let text = "";
    const finish = (): void => {
      socket.destroy();
      resolve({ status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0), ms: performance.now() - before });
    };
    socket.setEncoding("utf8").on("data", (words: string) => {
      text += words;
      // A connection that stays open after a whole answer is closed by this side.
      if (text.includes("\r\n\r\n")) setTimeout(finish, 20);
    });
    socket.on("error", () => undefined).once("close", finish);
    for (const piece of pieces) socket.write(piece);
  });
}

/** A byte of a header or body now and then, until the node has had enough. */
function dribble(port: number, beginning: string): { readonly socket: Socket; readonly gone: Promise<Outcome> } {
  const before = performance.now();
  const socket = connect(port, "127.0.0.1");
  let text = "";
  socket.setEncoding("utf8").on("data", (words: string) => {
    text += words;
  });
  socket.on("error", () => undefined).write(beginning);
  const more = setInterval(() => socket.write("a"), 500);
  const gone = new Promise<Outcome>((resolve) => {
    socket.once("close", () => {
      clearInterval(more);
      resolve({ status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0), ms: performance.now() - before });
    });
  });
  return { socket, gone };
}

/** Of a process; nothing where the machine does not say. */
function residentBytes(pid: number): number {
  if (process.platform !== "linux") return 0;
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1024;
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / MB)} MB`;
}

/** Slow, huge, deep and broken requests get 4xx, memory stays, and everybody else is served. */
export async function abuseIsRefused(t: TestContext): Promise<void> {
  const fleet = await startFleet(t, { nodes: 1, env: SMALL_HEAP });
  const [node] = fleet.nodes;
  assert.ok(node !== undefined);
  const { port, pid } = node;
  let token = (await signInAt(fleet, port, "alice")).refresh;

  const slow = Array.from({ length: SLOW_SOCKETS }, () =>
    dribble(port, "POST /auth/oauth/token HTTP/1.1\r\nhost: x\r\nx-slow: "),
  );
  const slowBodies = Array.from({ length: shortOrLong(0, SLOW_SOCKETS) }, () =>
    dribble(port, post(`${FORM_TYPE}\r\ncontent-length: 1000`, "a=")),
  );

  async function round(): Promise<void> {
    const orders = Object.entries(ABUSE).flatMap((one) => [one, one]);
    await inLanes(orders, AT_ONCE, async ([name, pieces]) => {
      const { status } = await abuse(port, pieces);
      // A client that still writes when it is closed may lose the answer; then it was closed all the same.
      assert.ok(status === 0 || (status >= 400 && status < 500), `${name}: ${status}`);
      heard.set(name, Math.max(heard.get(name) ?? 0, status));
    });
    token = await childAt(fleet, port, token);
  }

  const heard = new Map<string, number>();
  await round();
  const before = residentBytes(pid);
  const sizes: number[] = [];
  for (let count = 0; count < ROUNDS; count += 1) {
    await round();
    sizes.push(residentBytes(pid));
  }
  const [most, early] = [Math.max(...sizes), Math.max(...sizes.slice(0, WARM_ROUNDS))];
  t.diagnostic([...heard].map(([name, status]) => `${name}: ${status}`).join("; "));
  t.diagnostic(`resident: ${megabytes(before)}, in ${ROUNDS} rounds ${megabytes(early)} and then ${megabytes(most)}`);
  assert.ok(most - before < GROWTH_MOST_BYTES, `grew by ${megabytes(most - before)}`);
  assert.ok(most - early < LATE_GROWTH_MOST_BYTES, `grew late by ${megabytes(most - early)}`);
  const untold = [...heard].filter(([name, status]) => status === 0 && !MAY_MISS_ITS_ANSWER.includes(name));
  assert.deepEqual(untold, [], "each was told at least once");

  for (const dribbling of [slow, slowBodies]) {
    const outcomes = await Promise.all(dribbling.map(({ gone }) => gone));
    // One that writes at the moment it is closed may lose the answer.
    for (const { status, ms } of outcomes)
      assert.ok((status === 408 || status === 0) && ms < SLOW_MOST_MS, `a slow one: ${status} after ${ms} ms`);
    assert.ok(dribbling.length === 0 || outcomes.some(({ status }) => status === 408), "some slow ones were told");
  }
  await signInAt(fleet, port, "bob");
  await childAt(fleet, port, token);
  assert.ok(node.isUp && node.pid === pid, "the same process");
  assert.ok(!/"level":"(error|fatal)"/.test(node.written), node.written.slice(-2000));
}
