import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { ASKER, asApp, BAKERY, CINEMA, type Held, type House, heldOf, openHouse } from "../stack/stack.fixture.ts";
import { guardSays, verdictOf } from "../stack/verdict.ts";
import {
  ABSOLUTE_MS,
  among,
  changed,
  emptyWorld,
  gave,
  guardMustSay,
  IDLE_MS,
  isLive,
  type ModelSession,
  type ModelUser,
  type ModelWorld,
  newest,
  refreshMustSay,
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
  readonly house: House;
  readonly world: ModelWorld;
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
      const { house, world, users, inputs, prefix } = run;
      const code = house.wechat.issueCode({ appId: app, user: prefix + name });
      const input = { code, attemptId: `${prefix}-attempt-${String(inputs.size).padStart(8, "0")}` };
      const known = users.get(name);
      const { verdict, held } = await trying(() => house.signIn("", { ...input, clientId: app, deviceId: device }));
      assert.equal(verdict, world.now < (known?.bannedUntil ?? 0) ? "account_banned" : "ok");
      if (held === undefined) return;
      const user = known ?? { id: held.userId, ver: 1, roles: ["member"], bannedUntil: 0, told: "" };
      users.set(name, user);
      assert.deepEqual([held.userId, held.answer.user?.isNew], [user.id, known === undefined]);
      const session = signedIn(world, held, user, app, device);
      inputs.set(session, input);
      takeAccess(run, held, session);
    },
  ),
  command(
    2,
    "use a code again",
    fc.record({ which, attempt: fc.constantFrom("the same", "another", "none") }),
    async (run, { which: number, attempt }) => {
      const session = among(run.world.sessions, number, 5);
      const input = session && run.inputs.get(session);
      if (session === undefined || input === undefined) return;
      const { code, attemptId } = input;
      const attempts = { "the same": { attemptId }, another: { attemptId: `${attemptId}-x` }, none: {} };
      const expected = usedCodeMustSay(run.world, session, attempt === "the same");
      const { verdict, held } = await trying(async () => {
        const signedInAgain = { clientId: session.app, code, ...attempts[attempt] };
        return heldOf(await run.house.hufu.protocol.signIn(signedInAgain));
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
      const { house, world } = run;
      const token = among(world.refreshTokens, number);
      if (token === undefined) return;
      const attemptId = attempt === undefined ? undefined : `${run.prefix}-refresh-attempt-${attempt}`;
      const expected = refreshMustSay(world, token, attemptId);
      const more = { clientId: token.session.app, ...(attemptId === undefined ? {} : { attemptId }) };
      const { verdict, held } = await trying(() => house.refresh(token.text, more));
      assert.equal(verdict, expected);
      if (held === undefined) return;
      gave(world, held.refresh, token, attemptId);
      takeAccess(run, held, token.session);
    },
  ),
  command(1, "present what is no token of this app", which, async ({ house, world }, number) => {
    const token = among(world.refreshTokens, number);
    if (token === undefined) return;
    const clientId = token.session.app;
    const other = clientId === BAKERY ? CINEMA : BAKERY;
    assert.equal(await verdictOf(() => house.refresh(token.text, { clientId: other })), "refresh_token_invalid");
    const altered = `${token.text.slice(0, 50)}${token.text[50] === "A" ? "B" : "A"}${token.text.slice(51)}`;
    assert.equal(await verdictOf(() => house.refresh(altered, { clientId })), "refresh_token_invalid");
  }),
  command(1, "kick", which, async ({ house, world }, number) => {
    const session = among(world.sessions, number);
    if (session === undefined) return;
    assert.equal(await house.hufu.sessions.kick(session.sid), session.ended === undefined);
    session.ended ??= "kicked";
  }),
  command(1, "sign out", which, async ({ house, world }, number) => {
    const token = among(world.refreshTokens, number);
    if (token === undefined) return;
    await house.hufu.protocol.revoke(token.text, asApp(token.session.app));
    token.session.ended ??= "logged_out";
  }),
  command(1, "kick all", who, async ({ house, world, users }, name) => {
    const user = users.get(name);
    if (user === undefined) return;
    await house.hufu.sessions.kickAll(user.id);
    endAll(world, user, "kicked");
  }),
  command(
    2,
    "ban",
    fc.record({ name: who, minutes: fc.constantFrom(undefined, 5) }),
    async (run, { name, minutes }) => {
      const { house, world, users } = run;
      const user = users.get(name);
      if (user === undefined) return;
      user.bannedUntil = minutes === undefined ? Number.POSITIVE_INFINITY : world.now + minutes * 60_000;
      const until = minutes === undefined ? {} : { until: new Date(user.bannedUntil) };
      await house.hufu.users.ban(user.id, { reason: "fraud", ...until });
      changed(user, "banned");
      endAll(world, user, "banned");
    },
  ),
  command(2, "unban", who, async ({ house, users }, name) => {
    const user = users.get(name);
    if (user === undefined) return;
    await house.hufu.users.unban(user.id);
    user.bannedUntil = 0;
    changed(user, "unbanned");
  }),
  command(
    2,
    "change roles",
    fc.record({ name: who, roles: fc.constantFrom(["member"], ["admin"], ["member", "admin"], []) }),
    async ({ house, users }, { name, roles }) => {
      const user = users.get(name);
      if (user === undefined) return;
      await house.hufu.users.setRoles(user.id, roles);
      user.roles = roles;
      changed(user, "roles_changed");
    },
  ),
  command(1, "reset", fc.constantFrom(...APPS, "*"), async ({ house, world }, app) => {
    if (app === "*") await house.hufu.revokeAll({ reason: "leak" });
    else await house.hufu.revokeApp(app, { reason: "leak" });
    world.pol += 1;
    world.resets.set(app, world.pol);
  }),
  command(1, "restart", fc.constant(undefined), async ({ house }) => void (await house.reopen())),
  command(5, "let time pass", fc.constantFrom(1, 29, 60, 61, 300, 620, 2400, 7200), async (run, seconds) => {
    await run.house.pass(seconds * 1000);
    run.world.now = run.house.clock.now();
  }),
);

test("any mix of what users, thieves and administrators do is answered as the model says", async (t) => {
  t.diagnostic(`HUFU_SEED=${SEED}`);
  const house = await openHouse(t, { tokens: { refreshIdle: `${IDLE_MS}ms`, refreshAbsolute: `${ABSOLUTE_MS}ms` } });
  let runs = 0;
  const property = fc.asyncProperty(fc.array(commands, { minLength: 10, maxLength: 60 }), async (list) => {
    runs += 1;
    const world = emptyWorld((await house.hufu.roles.list()).pol, house.clock.now());
    const run: Run = { house, world, users: new Map(), inputs: new Map(), prefix: `run-${runs}` };
    for (const { act } of list) {
      await act(run);
      await compare(run);
    }
  });
  await fc.assert(property, { seed: SEED, numRuns: 400, interruptAfterTimeLimit: TIME_LIMIT_MS });
  t.diagnostic(`${runs} runs`);
});

/** Every token must be worth what the model says; asking changes nothing. */
async function compare({ house, world }: Run): Promise<void> {
  for (const token of newest(world.accessTokens, 10)) {
    const expected = guardMustSay(world, token);
    assert.equal(await guardSays(house.hufu, token.text), expected);
    const { active } = await house.hufu.protocol.introspect(token.text, ASKER);
    assert.equal(active, expected === "ok", "introspection agrees with the guard");
  }
  for (const token of newest(world.refreshTokens, 10)) {
    const { active } = await house.hufu.protocol.introspect(token.text, ASKER);
    assert.equal(active, isLive(world, token), "a refresh token's introspection");
  }
}

function takeAccess({ world }: Run, held: Held, session: ModelSession): void {
  const { claims, answer, access: text } = held;
  const { ver, pol, exp, iat } = claims;
  const { user, at, sid } = session;
  assert.deepEqual([claims.sid, ver, pol, claims.roles], [sid, user.ver, world.pol, user.roles]);
  assert.deepEqual([iat * 1000, claims.auth_time * 1000, answer.expiresIn], [world.now, at, exp - iat]);
  const end = at + ABSOLUTE_MS;
  assert.ok(exp * 1000 <= end && exp - iat <= 600 && (exp - iat >= 570 || exp * 1000 === end));
  assert.equal(answer.refreshTokenExpiresIn, (Math.min(session.idleUntil, end) - world.now) / 1000);
  world.accessTokens.push({ text, session, ver, pol, exp });
}

function endAll({ sessions }: ModelWorld, user: ModelUser, why: "kicked" | "banned"): void {
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
