import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { ASKER, asApp, BAKERY, CINEMA, type Held, heldOf, openStack, type Stack } from "../stack/stack.fixture.ts";
import { guardSays, verdictOf } from "../stack/verdict.ts";
import {
  ABSOLUTE_MS,
  among,
  changed,
  emptyEnvironment,
  gave,
  guardMustSay,
  IDLE_MS,
  isLive,
  type ModelEnvironment,
  type ModelSession,
  type ModelUser,
  newest,
  refreshMustSay,
  revoked,
  signedIn,
  usedCodeMustSay,
} from "./session-model.ts";

const SEED = Number(process.env["HUFU_SEED"] ?? Date.now() % 2 ** 31);
const TIME_LIMIT_MS = 8_000;
/** Two devices of each of two users in each of two apps: few enough to meet again and again. */
const NAMES = ["alice", "bob"] as const;
const APPS = [BAKERY, CINEMA] as const;
const DEVICES = ["d-1", "d-2"] as const;

interface KnownUser extends ModelUser {
  readonly id: string;
}

interface Run {
  readonly stack: Stack;
  readonly environment: ModelEnvironment;
  /** By name. A user is made by its first sign-in. */
  readonly users: Map<string, KnownUser>;
  /** What each session was signed in with. */
  readonly inputs: Map<ModelSession, { readonly code: string; readonly attemptId: string }>;
  /** Makes names and attempts this run's own. */
  readonly prefix: string;
}

/** Something that a test run does, printed when it fails. */
interface Command {
  readonly name: string;
  readonly facts: unknown;
  readonly act: (run: Run) => Promise<void>;
}

function command<Facts>(
  weight: number,
  name: string,
  arbitrary: fc.Arbitrary<Facts>,
  act: (run: Run, facts: Facts) => Promise<void>,
): fc.WeightedArbitrary<Command> {
  return { weight, arbitrary: arbitrary.map((facts) => ({ name, facts, act: (run) => act(run, facts) })) };
}

const who = fc.constantFrom(...NAMES);
const which = fc.nat(30);

const commands = fc.oneof(
  command(
    4,
    "sign in",
    fc.record({ name: who, app: fc.constantFrom(...APPS), device: fc.constantFrom(...DEVICES) }),
    async (run, { name, app, device }) => {
      const { stack, environment, users, inputs, prefix } = run;
      const code = stack.wechat.issueCode({ appId: app, user: prefix + name });
      const input = { code, attemptId: `${prefix}-attempt-${String(inputs.size).padStart(8, "0")}` };
      const known = users.get(name);
      const { verdict, held } = await trying(() => stack.signIn("", { ...input, clientId: app, deviceId: device }));
      assert.equal(verdict, environment.now < (known?.bannedUntil ?? 0) ? "account_banned" : "ok");
      if (held === undefined) return;
      const user = known ?? { id: held.userId, ver: 1, roles: ["member"], bannedUntil: 0, told: "" };
      users.set(name, user);
      assert.deepEqual([held.userId, held.answer.user?.isNew], [user.id, known === undefined]);
      const session = signedIn(environment, held, user, app, device);
      inputs.set(session, input);
      takeAccess(run, held, session);
    },
  ),
  command(
    2,
    "use a code again",
    fc.record({ which, attempt: fc.constantFrom("the same", "another", "none") }),
    async (run, { which: number, attempt }) => {
      const session = among(run.environment.sessions, number, 5);
      const input = session && run.inputs.get(session);
      if (session === undefined || input === undefined) return;
      const { code, attemptId } = input;
      const attempts = { "the same": { attemptId }, another: { attemptId: `${attemptId}-x` }, none: {} };
      const expected = usedCodeMustSay(run.environment, session, attempt === "the same");
      const { verdict, held } = await trying(async () => {
        const signedInAgain = { clientId: session.app, code, ...attempts[attempt] };
        return heldOf(await run.stack.hufu.protocol.signIn(signedInAgain));
      });
      assert.equal(verdict, expected);
      if (held === undefined) return;
      assert.equal(held.refresh, session.first);
      takeAccess(run, held, session);
    },
  ),
  command(
    14,
    "refresh",
    fc.record({ which, attempt: fc.constantFrom(undefined, "1", "2") }),
    async (run, { which: number, attempt }) => {
      const { stack, environment } = run;
      const token = among(environment.refreshTokens, number);
      if (token === undefined) return;
      const attemptId = attempt === undefined ? undefined : `${run.prefix}-refresh-attempt-${attempt}`;
      const expected = refreshMustSay(environment, token, attemptId);
      const { verdict, held } = await trying(() =>
        stack.refresh(token.text, { clientId: token.session.app, attemptId }),
      );
      assert.equal(verdict, expected);
      if (held === undefined) return;
      gave(environment, held.refresh, token, attemptId);
      takeAccess(run, held, token.session);
    },
  ),
  command(1, "present what is no token of this app", which, async ({ stack, environment }, number) => {
    const token = among(environment.refreshTokens, number);
    if (token === undefined) return;
    const clientId = token.session.app;
    const other = clientId === BAKERY ? CINEMA : BAKERY;
    assert.equal(await verdictOf(() => stack.refresh(token.text, { clientId: other })), "refresh_token_invalid");
    const altered = `${token.text.slice(0, 50)}${token.text[50] === "A" ? "B" : "A"}${token.text.slice(51)}`;
    assert.equal(await verdictOf(() => stack.refresh(altered, { clientId })), "refresh_token_invalid");
  }),
  command(1, "kick", which, async ({ stack, environment }, number) => {
    const session = among(environment.sessions, number);
    if (session === undefined) return;
    assert.equal(await stack.hufu.sessions.kick(session.sid), session.ended === undefined);
    session.ended ??= "kicked";
  }),
  command(1, "sign out", which, async ({ stack, environment }, number) => {
    const token = among(environment.refreshTokens, number);
    if (token === undefined) return;
    await stack.hufu.protocol.revoke(token.text, asApp(token.session.app));
    revoked(environment, token);
  }),
  command(1, "kick all", who, async ({ stack, environment, users }, name) => {
    const user = users.get(name);
    if (user === undefined) return;
    await stack.hufu.sessions.kickAll(user.id);
    endAll(environment, user, "kicked");
  }),
  command(
    2,
    "ban",
    fc.record({ name: who, minutes: fc.constantFrom(undefined, 5) }),
    async (run, { name, minutes }) => {
      const { stack, environment, users } = run;
      const user = users.get(name);
      if (user === undefined) return;
      user.bannedUntil = minutes === undefined ? Number.POSITIVE_INFINITY : environment.now + minutes * 60_000;
      const until = minutes === undefined ? undefined : new Date(user.bannedUntil);
      await stack.hufu.users.ban(user.id, { reason: "fraud", until });
      changed(user, "banned");
      endAll(environment, user, "banned");
    },
  ),
  command(2, "unban", who, async ({ stack, users }, name) => {
    const user = users.get(name);
    if (user === undefined) return;
    await stack.hufu.users.unban(user.id);
    user.bannedUntil = 0;
    changed(user, "unbanned");
  }),
  command(
    2,
    "change roles",
    fc.record({ name: who, roles: fc.constantFrom(["member"], ["admin"], ["member", "admin"], []) }),
    async ({ stack, users }, { name, roles }) => {
      const user = users.get(name);
      if (user === undefined) return;
      await stack.hufu.users.setRoles(user.id, roles);
      user.roles = roles;
      changed(user, "roles_changed");
    },
  ),
  command(1, "reset", fc.constantFrom(...APPS, "*"), async ({ stack, environment }, app) => {
    if (app === "*") await stack.hufu.revokeAll({ reason: "leak" });
    else await stack.hufu.revokeApp(app, { reason: "leak" });
    environment.pol += 1;
    environment.resets.set(app, environment.pol);
  }),
  command(1, "restart", fc.constant(undefined), async ({ stack }) => void (await stack.reopen())),
  command(5, "let time pass", fc.constantFrom(1, 29, 60, 61, 300, 620, 2400, 7200), async (run, seconds) => {
    await run.stack.pass(seconds * 1000);
    run.environment.now = run.stack.clock.now();
  }),
);

test("any mix of what users, attackers and administrators do is answered as the model says", async (t) => {
  t.diagnostic(`HUFU_SEED=${SEED}`);
  const stack = await openStack(t, { tokens: { refreshIdle: `${IDLE_MS}ms`, refreshAbsolute: `${ABSOLUTE_MS}ms` } });
  let runs = 0;
  const property = fc.asyncProperty(fc.array(commands, { minLength: 10, maxLength: 60 }), async (list) => {
    runs += 1;
    const environment = emptyEnvironment((await stack.hufu.roles.list()).pol, stack.clock.now());
    const run: Run = { stack, environment, users: new Map(), inputs: new Map(), prefix: `run-${runs}` };
    for (const { act } of list) {
      await act(run);
      await compare(run);
    }
  });
  await fc.assert(property, { seed: SEED, numRuns: 400, interruptAfterTimeLimit: TIME_LIMIT_MS });
  t.diagnostic(`${runs} runs`);
});

/** Every token must be worth what the model says; asking changes nothing. */
async function compare({ stack, environment }: Run): Promise<void> {
  for (const token of newest(environment.accessTokens, 10)) {
    const expected = guardMustSay(environment, token);
    assert.equal(await guardSays(stack.hufu, token.text), expected);
    const { active } = await stack.hufu.protocol.introspect(token.text, ASKER);
    assert.equal(active, expected === "ok", "introspection agrees with the guard");
  }
  for (const token of newest(environment.refreshTokens, 10)) {
    const { active } = await stack.hufu.protocol.introspect(token.text, ASKER);
    assert.equal(active, isLive(environment, token), "a refresh token's introspection");
  }
}

function takeAccess({ environment }: Run, held: Held, session: ModelSession): void {
  const { claims, answer, access: text } = held;
  const { ver, pol, exp, iat } = claims;
  const { user, at, sid } = session;
  assert.deepEqual([claims.sid, ver, pol, claims.roles], [sid, user.ver, environment.pol, user.roles]);
  assert.deepEqual([iat * 1000, claims.auth_time * 1000, answer.expiresIn], [environment.now, at, exp - iat]);
  const end = at + ABSOLUTE_MS;
  assert.ok(exp * 1000 <= end && exp - iat <= 600 && (exp - iat >= 570 || exp * 1000 === end));
  assert.equal(answer.refreshTokenExpiresIn, (Math.min(session.idleUntil, end) - environment.now) / 1000);
  environment.accessTokens.push({ text, session, ver, pol, exp });
}

function endAll({ sessions }: ModelEnvironment, user: ModelUser, why: "kicked" | "banned"): void {
  for (const session of sessions) if (session.user === user) session.ended ??= why;
}

/** What came back, if something did, and the verdict. */
async function trying(
  work: () => Promise<Held>,
): Promise<{ readonly verdict: string; readonly held: Held | undefined }> {
  let held: Held | undefined;
  const verdict = await verdictOf(async () => {
    held = await work();
  });
  return { verdict, held };
}
