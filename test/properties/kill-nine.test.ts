import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { systemClock } from "../../server/src/core/time/clock.ts";
import { appSecretOf, BAKERY, freshAttempt, ISSUER, openStack, rowsOf, secretNamed } from "../stack/stack.fixture.ts";
import { present, verdictOf } from "../stack/verdict.ts";
import type { Acknowledged, Orders } from "./refreshing-node.ts";

const NODE_FILE = fileURLToPath(new URL("refreshing-node.ts", import.meta.url));
const LINES = 6;

/** Lets a process refresh until it has said so much, kills it, and answers all that it said. */
async function refreshUntilKilled(orders: Orders, sayings: number): Promise<readonly Acknowledged[]> {
  const child = spawn(process.execPath, ["--conditions=@hufu/source", NODE_FILE, JSON.stringify(orders)], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const limit = setTimeout(() => child.kill("SIGKILL"), 30_000);
  const errors: string[] = [];
  child.stderr.on("data", (chunk: Buffer) => errors.push(chunk.toString()));
  const said: Acknowledged[] = [];
  const reading = createInterface({ input: child.stdout }).on("line", (line) => {
    if (!line.endsWith("}")) return;
    said.push(JSON.parse(line));
    if (said.length === sayings) child.kill("SIGKILL");
  });
  const [[, signal]] = await Promise.all([once(child, "exit"), once(reading, "close")]);
  clearTimeout(limit);
  assert.deepEqual([signal, errors.join("")], ["SIGKILL", ""]);
  return said;
}

test("I9: after `kill -9` every answer that was given still counts, or a later one does", async (t) => {
  // The child lives by the machine's clock, so this stack does too.
  const stack = await openStack(t, { start: systemClock.now() });
  let tokens: string[] = [];
  for (let line = 0; line < LINES; line += 1) tokens.push((await stack.signIn(`user-${line}`)).refresh);
  await stack.hufu.close();

  for (const sayings of [1, 40, 150]) {
    const orders = {
      database: `sqlite:${stack.file}`,
      issuer: ISSUER,
      secret: secretNamed("the stack"),
      clientId: BAKERY,
      appSecret: appSecretOf(BAKERY),
      endpoint: stack.url,
      tokens,
    };
    const said = await refreshUntilKilled(orders, sayings);
    assert.ok(said.length >= sayings);
    stack.clock.set(systemClock.now());
    const hufu = await stack.reopen();
    tokens = await Promise.all(
      tokens.map(async (first, line) => {
        const answers = said.filter((each) => each.line === line);
        for (const { presented, attemptId, given } of answers.slice(-8)) {
          const verdict = await verdictOf(async () => {
            const again = await stack.refresh(presented, { attemptId }, hufu);
            assert.equal(again.refresh, given, "the same question has the same answer");
          });
          assert.match(verdict, /^(ok|refresh_token_superseded)$/);
        }
        const last = answers.at(-1);
        const newest = await stack.refresh(last?.given ?? first, { attemptId: freshAttempt() }, hufu);
        return newest.refresh;
      }),
    );
    await hufu.close();
  }
  assert.equal(rowsOf(stack, "hufu_sessions", { status: "active" }).length, LINES);
  assert.equal(present(stack.dump()["hufu_audit"]).filter(({ action }) => action === "session.end").length, 0);
});

test("I9: an end that was answered before `kill -9` is still an end, for a node that starts then", async (t) => {
  const stack = await openStack(t);
  const alice = await stack.signIn("alice");
  await stack.hufu.sessions.kick(alice.sid);
  // The first node is never asked to close: what it has in memory is as good as lost.
  const hufu = await stack.node();
  assert.equal(await verdictOf(() => hufu.verifier.check(`Bearer ${alice.access}`)), "token_revoked kicked");
  assert.equal(await verdictOf(() => stack.refresh(alice.refresh, {}, hufu)), "session_kicked");
});
