import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import { setImmediate } from "node:timers/promises";
import { HufuError } from "../../server/src/core/errors/errors.ts";
import type { Hufu } from "../../server/src/hufu/hufu.ts";
import type { TicketRedemption } from "../../server/src/session/tickets/ticket-input.ts";
import { openSqliteStore } from "../../server/src/store/sql/sqlite/open-sqlite-store.ts";
import {
  ASKER,
  asApp,
  BAKERY,
  type Dump,
  freshAttempt,
  type Held,
  openStack,
  rowsOf,
  type Stack,
  type StackOptions,
} from "../stack/stack.fixture.ts";
import { guardSays, verdictOf } from "../stack/verdict.ts";
import { createFailingStore, type FailingStore, type HowItFails } from "./failing-store.ts";

const SECOND = 1000;
const ENTRY_LIFE_MS = 86_520_000;
/** For so long a client repeats what was answered with 503; the mark of a login code is gone by then. */
const PATIENCE_SECONDS = 59;
const HOWS: readonly HowItFails[] = ["before", "after", "hang", "hang-after"];

/** One request, that can be made again, and what it leaves behind. */
interface Question {
  /** Answers the refresh token, where there is one. */
  readonly ask: (node: Hufu) => Promise<string>;
  /** What is refused once it was answered. */
  readonly dead?: readonly Held[];
  /** Whose access token alone is refused afterwards. */
  readonly revoked?: Held;
}

interface Operation {
  readonly prepare: (stack: Stack, user: string) => Promise<Question>;
  /** What it answers undisturbed. Default: `ok`. */
  readonly answer?: string;
  /** Audit records that it leaves about its user, whatever went wrong in between. */
  readonly leaves?: Readonly<Record<string, number>>;
  /** An order of an administrator: given twice it is carried out twice, and each is written down. */
  readonly counts?: string;
  /** Two facts, one after the other, so that there is a state between old and new. */
  readonly isInSteps?: boolean;
  readonly options?: StackOptions;
}

function once(held: Held, ask: (node: Hufu) => Promise<unknown>): Question {
  const asked = async (node: Hufu): Promise<string> => {
    await ask(node);
    return "";
  };
  return { ask: asked, dead: [held] };
}

const OPERATIONS: Readonly<Record<string, Operation>> = {
  "a sign-in of somebody new": {
    leaves: { "session.start": 1 },
    async prepare(stack, user) {
      const input = { clientId: BAKERY, code: codeOf(stack, user), attemptId: freshAttempt() };
      return { ask: async (node) => (await node.protocol.signIn(input)).refreshToken ?? "" };
    },
  },
  "a sign-in that ends the device's old session": {
    leaves: { "session.start": 1, "session.end": 1 },
    async prepare(stack, user) {
      const old = await stack.signIn(user, { deviceId: "d-1" });
      const input = { clientId: BAKERY, code: codeOf(stack, user), attemptId: freshAttempt(), deviceId: "d-1" };
      const ask = async (node: Hufu): Promise<string> => (await node.protocol.signIn(input)).refreshToken ?? "";
      return { ask, dead: [old] };
    },
  },
  "a sign-in that was answered already": {
    async prepare(stack, user) {
      const { input } = await stack.signIn(user);
      return { ask: async (node) => (await node.protocol.signIn(input)).refreshToken ?? "" };
    },
  },
  "a code that was used by somebody else": {
    answer: "login_code_used",
    leaves: { "session.end": 1 },
    async prepare(stack, user) {
      const alice = await stack.signIn(user);
      const input = { ...alice.input, attemptId: freshAttempt() };
      return once(alice, (node) => node.protocol.signIn(input));
    },
  },
  "a refresh with the current token": {
    async prepare(stack, user) {
      return refreshOf(await stack.signIn(user));
    },
  },
  "a refresh that promotes": {
    async prepare(stack, user) {
      return refreshOf(await childOf(stack, await stack.signIn(user)));
    },
  },
  "a refresh that was answered already": {
    async prepare(stack, user) {
      const question = refreshOf(await childOf(stack, await stack.signIn(user)));
      await question.ask(stack.hufu);
      return question;
    },
  },
  "a refresh that asks the host for roles": {
    leaves: { "user.resolved": 1 },
    isInSteps: true,
    options: { rolesFrom: "host", resolveUser: () => ({ roles: ["member"] }) },
    async prepare(stack, user) {
      const child = await childOf(stack, await stack.signIn(user));
      await stack.hufu.stale(child.userId);
      return refreshOf(child);
    },
  },
  "a refresh of a second holder": {
    answer: "refresh_token_reused",
    leaves: { "session.end": 1 },
    async prepare(stack, user) {
      const alice = await stack.signIn(user);
      const [child, other] = [await childOf(stack, alice), await childOf(stack, alice)];
      await stack.refresh(child.refresh, { attemptId: freshAttempt() });
      return { ...refreshOf(other), dead: [alice, child, other] };
    },
  },
  "a refresh of a session that was reset": {
    answer: "session_expired",
    leaves: { "session.end": 1 },
    async prepare(stack, user) {
      const alice = await stack.signIn(user);
      await stack.hufu.revokeApp(BAKERY, { reason: "a leak", by: "a test" });
      return { ...refreshOf(alice), dead: [alice] };
    },
  },
  "a sign-out": {
    leaves: { "session.end": 1 },
    async prepare(stack, user) {
      const alice = await stack.signIn(user);
      return once(alice, (node) => node.protocol.revoke(alice.refresh, asApp(BAKERY)));
    },
  },
  "an access token that is revoked": {
    leaves: { "token.revoke": 1 },
    async prepare(stack, user) {
      const alice = await stack.signIn(user);
      const question = once(alice, (node) => node.protocol.revoke(alice.access, asApp(BAKERY)));
      return { ask: question.ask, revoked: alice };
    },
  },
  "a sign-out from everywhere else": {
    leaves: { "session.end": 1 },
    async prepare(stack, user) {
      const [old, alice] = [await stack.signIn(user), await stack.signIn(user)];
      const { ver, pol } = alice.claims;
      const self = { userId: alice.userId, sid: alice.sid, ver, pol };
      return once(old, (node) => node.protocol.endMyOtherSessions(self));
    },
  },
  "a ticket that is redeemed": {
    async prepare(stack, user) {
      const redemption = await redemptionOf(stack, await stack.signIn(user));
      return { ask: (node) => redeemed(node, redemption) };
    },
  },
  "a ticket that was redeemed by somebody else": {
    answer: "ticket_redeemed",
    async prepare(stack, user) {
      const redemption = await redemptionOf(stack, await stack.signIn(user));
      await redeemed(stack.hufu, { ...redemption, redeemId: "order-1" });
      return { ask: (node) => redeemed(node, redemption) };
    },
  },
  "a kick": {
    leaves: { "session.end": 1 },
    async prepare(stack, user) {
      const alice = await stack.signIn(user);
      return once(alice, (node) => node.sessions.kick(alice.sid));
    },
  },
  "an end of all": {
    leaves: { "session.end": 2 },
    async prepare(stack, user) {
      const dead = [await stack.signIn(user), await stack.signIn(user)] as const;
      return { ...once(dead[0], (node) => node.sessions.kickAll(dead[0].userId)), dead };
    },
  },
  "a ban": {
    leaves: { "session.end": 1 },
    counts: "user.ban",
    async prepare(stack, user) {
      const alice = await stack.signIn(user);
      return once(alice, (node) => node.users.ban(alice.userId, { reason: "fraud" }));
    },
  },
  "a closed account": {
    leaves: { "session.end": 1, "user.close": 1 },
    async prepare(stack, user) {
      const alice = await stack.signIn(user);
      return once(alice, (node) => node.users.close(alice.userId));
    },
  },
};

for (const [name, operation] of Object.entries(OPERATIONS)) {
  test(`I9, I11, F11: ${name}, when any one of its calls fails, commits unheard or hangs`, async (t) => {
    const scene = await openScene(t, operation.options);
    const called: string[] = [];
    for (const how of HOWS) {
      for (let call = 1; ; call += 1) {
        const gone = await disturb(scene, operation, call, how);
        if (gone === undefined) break;
        called.push(`${how} ${gone}`);
      }
    }
    t.diagnostic(`went wrong: ${called.join(", ")}`);
    assert.ok(called.length >= HOWS.length, "something was called, and went wrong in every way");
    const late = await scene.stack.node({ database: await openStore(scene.stack) });
    for (const held of scene.dead) await assertDead([late], held, "a node that starts afterwards");
  });
}

interface Scene {
  readonly stack: Stack;
  readonly store: FailingStore;
  /** The node whose store goes wrong. */
  readonly node: Hufu;
  /** What this node has asked the platform and not heard yet. */
  readonly asking: () => number;
  readonly dead: Held[];
}

async function openScene(t: TestContext, options: StackOptions = {}): Promise<Scene> {
  const stack = await openStack(t, options);
  const calm = await openStore(stack);
  await stack.reopen({ database: calm, hot: calm.hot });
  const store = createFailingStore(await openStore(stack));
  let asking = 0;
  const counting: typeof globalThis.fetch = async (...request) => {
    asking += 1;
    try {
      return await fetch(...request);
    } finally {
      asking -= 1;
    }
  };
  const node = await stack.node({ database: store, hot: store.hot, fetch: counting });
  return { stack, store, node, asking: () => asking, dead: [] };
}

function openStore(stack: Stack): ReturnType<typeof openSqliteStore> {
  return openSqliteStore({ file: stack.file, clock: stack.clock, entryLifeMs: ENTRY_LIFE_MS });
}

let people = 0;

/** Asks once with one call gone wrong, and then again. Answers which call it was; `undefined` if there are not so many. */
async function disturb(scene: Scene, operation: Operation, call: number, how: HowItFails): Promise<string | undefined> {
  const { stack, store, node } = scene;
  people += 1;
  const user = `person ${people}`;
  const question = await operation.prepare(stack, user);
  const undisturbed = operation.answer ?? "ok";
  const { ask } = question;
  await stack.pass(0);
  const before = durable(stack);
  const records = auditOf(stack);

  store.arm(call, how);
  const first = answerOf(() => ask(node));
  await quiet(scene);
  // No deadline is above the store: a call that hangs, hangs until the database's own has passed. Others need not wait.
  const meanwhile = store.hangs() ? await answerOf(() => ask(stack.hufu)) : undefined;
  store.letGo();
  await quiet(scene);
  const answered = await first;
  const gone = store.disarm();
  const about = `call ${call} (${gone}) ${how}`;
  const known = [undisturbed, "store_unavailable"];
  assert.ok(known.includes(answered.verdict), `${about}: answered ${answered.verdict}`);
  if (meanwhile !== undefined) {
    const patient = [undisturbed, "store_unavailable", "sign_in_in_progress"];
    assert.ok(patient.includes(meanwhile.verdict), `${about}: meanwhile ${meanwhile.verdict}`);
  }
  const between = durable(stack);
  const isAnswered = answered.verdict === undisturbed;
  // What was answered is done before anybody asks again.
  for (const held of isAnswered ? (question.dead ?? []) : []) await assertDead([node, stack.hufu], held, about);

  const again = await untilAnswered(scene, [node, stack.hufu], ask, about);
  assert.equal(again.verdict, undisturbed, `${about}: repeated`);
  await quiet(scene);
  const after = durable(stack);
  if (operation.counts === undefined && operation.isInSteps !== true) {
    assert.ok(same(between, before) || same(between, after), `${about}: the state is neither old nor new`);
    if (isAnswered) assert.ok(same(between, after), `${about}: answered, and not done`);
  }
  for (const heard of [answered, meanwhile]) {
    if (heard?.verdict === "ok") assert.equal(again.token, heard.token, `${about}: the same question, another answer`);
  }
  if (operation.counts === undefined) {
    const third = await answerOf(() => ask(stack.hufu));
    assert.deepEqual(third, again, `${about}: asked once more`);
    await quiet(scene);
    assert.deepEqual(durable(stack), after, `${about}: asked once more, something changed`);
  }

  const left = auditOf(stack).slice(records.length);
  const counted: Record<string, number> = {};
  for (const { action } of left) counted[String(action)] = (counted[String(action)] ?? 0) + 1;
  const orders = operation.counts === undefined ? 0 : (counted[operation.counts] ?? 0);
  if (operation.counts !== undefined) {
    assert.ok(orders >= 1 && orders <= 3, `${about}: ${orders} orders`);
    delete counted[operation.counts];
  }
  assert.deepEqual(counted, operation.leaves ?? {}, `${about}: audit`);

  for (const held of question.dead ?? []) {
    await assertDead([node, stack.hufu], held, about);
    scene.dead.push(held);
  }
  const { revoked } = question;
  if (revoked !== undefined) assert.equal((await node.protocol.introspect(revoked.access, ASKER)).active, false, about);
  await stack.pass(SECOND);
  for (const held of [...(question.dead ?? []), ...(revoked === undefined ? [] : [revoked])]) {
    for (const guard of [node, stack.hufu]) assert.notEqual(await guardSays(guard, held.access), "ok", about);
  }
  if (undisturbed === "ok" && again.token !== "") {
    const next = await stack.refresh(again.token, { attemptId: freshAttempt() }, node);
    await stack.refresh(next.refresh, { attemptId: freshAttempt() });
  }
  return gone;
}

interface Answer {
  /** `ok`, or the reason of the refusal. */
  readonly verdict: string;
  readonly token: string;
}

async function answerOf(ask: () => Promise<string>): Promise<Answer> {
  let token = "";
  const verdict = await verdictOf(async () => {
    token = await ask();
  });
  return { verdict, token };
}

/** As a client that keeps its question until it is answered. */
async function untilAnswered(
  scene: Scene,
  nodes: readonly [Hufu, Hufu],
  ask: Question["ask"],
  about: string,
): Promise<Answer> {
  for (let second = 0; second < PATIENCE_SECONDS; second += 1) {
    const node = nodes[second % 2] ?? nodes[0];
    const answer = await answerOf(() => ask(node));
    if (answer.verdict !== "store_unavailable" && answer.verdict !== "sign_in_in_progress") return answer;
    await scene.stack.pass(SECOND);
  }
  throw new Error(`${about}: not answered in ${PATIENCE_SECONDS} s`);
}

/** Waits until nothing goes on any more but what hangs. */
async function quiet({ store, asking }: Scene): Promise<void> {
  for (let calm = 0; calm < 60; calm += 1) {
    await setImmediate();
    if (store.underWay() > 0 || asking() > 0) calm = 0;
  }
}

/** Everything but what is short-lived, and but the platform's session_keys, which are reset behind the answer. */
function durable(stack: Stack): Dump {
  const { hufu_hot: _, hufu_identities: identities = [], ...rest } = stack.dump();
  return { ...rest, hufu_identities: identities.map(({ session_key_sealed: _, ...identity }) => identity) };
}

function auditOf(stack: Stack): Dump[string] {
  return rowsOf(stack, "hufu_audit");
}

function same(one: Dump, other: Dump): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

async function assertDead(nodes: readonly Hufu[], held: Held, about: string): Promise<void> {
  for (const node of nodes) {
    assert.equal((await node.protocol.introspect(held.access, ASKER)).active, false, `${about}: introspection`);
    assert.equal((await node.protocol.introspect(held.refresh, ASKER)).active, false, `${about}: introspection`);
    const refused = node.protocol.refresh({ clientId: BAKERY, refreshToken: held.refresh });
    await assert.rejects(refused, (error) => error instanceof HufuError && error.reason !== "store_unavailable", about);
  }
}

function codeOf(stack: Stack, user: string): string {
  return stack.wechat.issueCode({ appId: BAKERY, user });
}

function childOf(stack: Stack, { refresh }: Pick<Held, "refresh">): Promise<Held> {
  return stack.refresh(refresh, { attemptId: freshAttempt() });
}

async function redemptionOf(stack: Stack, { userId, sid, claims: { ver, pol } }: Held): Promise<TicketRedemption> {
  const purpose = { operation: "order.pay", parameters: { order: 2 } };
  const { ticket } = await stack.hufu.protocol.issueTicket({ userId, sid, ver, pol }, purpose);
  return { ...purpose, ticket, redeemId: "order-2" };
}

async function redeemed(node: Hufu, redemption: TicketRedemption): Promise<string> {
  await node.protocol.redeemTicket(redemption, { id: "payments" });
  return "";
}

function refreshOf({ refresh: refreshToken }: Pick<Held, "refresh">): Question {
  const input = { clientId: BAKERY, refreshToken, attemptId: freshAttempt() };
  return { ask: async (node) => (await node.protocol.refresh(input)).refreshToken ?? "" };
}
