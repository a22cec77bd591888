import assert from "node:assert/strict";
import type { SessionId, UserId } from "../../core/ids.ts";
import type { Place, UserStatus } from "../directory.ts";
import type { Store } from "../store.ts";
import type { ListedUser } from "../users.ts";
import type { ContractCase, StoreHarness } from "./contract-case.ts";
import { CLOSE, sampleSessionId, sampleUserId, signIn } from "./sample-sign-in.ts";

const nothing = () => ({});
const idsOf = (users: readonly ListedUser[]): readonly UserId[] => users.map(({ user }) => user.id);

/** Every page from the first to the last, and what is done between two. */
async function walk(
  store: Store,
  status: UserStatus | undefined,
  limit: number,
  between: () => Promise<unknown> = async () => undefined,
): Promise<readonly UserId[]> {
  const seen: UserId[] = [];
  for (let after: Place<UserId> | null = null; ; await between()) {
    const filter = status === undefined ? { after, limit } : { status, after, limit };
    const page: readonly ListedUser[] = await store.directory.users(filter);
    const last = page.at(-1);
    seen.push(...idsOf(page));
    if (page.length < limit || last === undefined) return seen;
    after = { at: (status === "banned" ? last.bannedSince : last.user.createdAt) ?? 0, id: last.user.id };
  }
}

/** The promises of `DirectoryStore`. */
export const directoryStoreCases: readonly ContractCase<StoreHarness>[] = [
  {
    name: "a user is found by each of its names, with all identities; an unknown name finds none",
    async run({ open }) {
      const store = await open();
      const union = { scope: "s", id: "union-1" };
      const { session, user } = (await signIn(store, { openid: "o_1", union, host: { externalId: "row-1" } })).facts;
      await signIn(store, { openid: "o_2", app: "wx_two", union });
      await signIn(store, { openid: "o_other", union: { scope: "s", id: "union-2" }, host: { externalId: "row-2" } });
      const { directory } = store;
      const found = await directory.search({ id: user.id }, 9);
      assert.deepEqual(
        found.map(({ identities }) => identities.map(({ openid }) => openid)),
        [["o_1", "o_2"]],
      );
      assert.equal(found[0]?.bannedSince, null);
      for (const by of [
        { externalId: "row-1" },
        { openid: "o_1" },
        { openid: "o_2" },
        { unionid: "union-1" },
        { sid: session.id },
      ]) {
        assert.deepEqual(await directory.search(by, 9), found, JSON.stringify(by));
      }
      for (const by of [
        { id: sampleUserId() },
        { externalId: "ROW-1" },
        { openid: "O_1" },
        { unionid: "union-1 " },
        { sid: sampleSessionId() },
      ]) {
        assert.deepEqual(await directory.search(by, 9), [], JSON.stringify(by));
      }
      for (const by of [{ externalId: "\ud83d" }, { openid: "\0" }, { unionid: "\ud83d" }]) {
        await assert.rejects(directory.search(by, 9), { reason: "parameter_invalid" });
      }
    },
  },
  {
    name: "an openid of several apps finds each of its users, and no more than asked for",
    async run({ open }) {
      const store = await open();
      const one = (await signIn(store, { openid: "o_same", app: "wx_one" })).facts.user.id;
      const two = (await signIn(store, { openid: "o_same", app: "wx_two" })).facts.user.id;
      assert.deepEqual(new Set(idsOf(await store.directory.search({ openid: "o_same" }, 9))), new Set([one, two]));
      assert.equal((await store.directory.search({ openid: "o_same" }, 1)).length, 1);
    },
  },
  {
    name: "pages show each user once, newest first, also if users are added between two pages",
    async run({ open, advance }) {
      const store = await open();
      const made: UserId[] = [];
      for (let n = 0; n < 7; n += 1) {
        // Two of a millisecond, so that the place has to say more than the time.
        if (n % 2 === 0) await advance(5);
        made.push((await signIn(store, { openid: `o_${n}` })).facts.user.id);
      }
      let extra = 0;
      const seen = await walk(store, undefined, 2, async () => {
        extra += 1;
        await advance(1);
        await signIn(store, { openid: `o_new${extra}` });
      });
      assert.equal(seen.length, 7);
      assert.deepEqual(new Set(seen), new Set(made));
      assert.deepEqual(await walk(store, undefined, 200), await walk(store, undefined, 3));
      const [newest] = await store.directory.users({ after: null, limit: 1 });
      assert.equal(newest?.user.id, (await store.directory.search({ openid: `o_new${extra}` }, 1))[0]?.user.id);
    },
  },
  {
    name: "a status shows those who have it: banned by the beginning of the ban, and only while it is in force",
    async run({ open, advance }) {
      const store = await open();
      const users: UserId[] = [];
      for (const openid of ["o_0", "o_1", "o_2", "o_3"]) {
        await advance(5);
        users.push((await signIn(store, { openid })).facts.user.id);
      }
      const [a, b, c, d] = users as [UserId, UserId, UserId, UserId];
      const { now } = (await signIn(store, { openid: "o_3" })).facts;
      const ban = (id: UserId, until: number | null) =>
        store.users.edit(id, { kind: "ban", ban: { reason: "spam", until } }, "u_admin", nothing);
      await ban(b, null);
      await advance(5);
      await ban(a, now + 100_000);
      await store.users.edit(d, CLOSE, "user", nothing);
      const listed = async (status: UserStatus): Promise<readonly UserId[]> => walk(store, status, 1);
      assert.deepEqual(await listed("banned"), [a, b]);
      assert.deepEqual(await listed("active"), [c]);
      assert.deepEqual(await listed("closed"), [d]);
      const [banned] = await store.directory.users({ status: "banned", after: null, limit: 1 });
      assert.ok(banned !== undefined && (banned.bannedSince ?? 0) >= now + 5, `${banned?.bannedSince} after ${now}`);
      assert.deepEqual(await store.directory.counts(), { users: 4, closedUsers: 1, bannedUsers: 2, activeSessions: 1 });

      await store.users.edit(b, { kind: "unban" }, "u_admin", nothing);
      await advance(100_000);
      assert.deepEqual(await listed("banned"), []);
      assert.deepEqual(await listed("active"), [c, b, a]);
      assert.equal((await store.directory.search({ id: b }, 1))[0]?.bannedSince, null);
    },
  },
  {
    name: "a user's sessions come newest first, ended ones too, with the rule that ended them",
    async run({ open, advance }) {
      const store = await open();
      const { user, session: first } = (await signIn(store)).facts;
      await advance(5);
      const second = (await signIn(store)).facts.session;
      const third = (await signIn(store)).facts.session;
      await signIn(store, { openid: "o_other" });
      await store.sessions.end({ sid: first.id }, { why: "kicked", by: "u_admin", rule: "administrator" }, nothing);
      const { pol } = await store.policy.edit({ kind: "reset", scope: { clientId: first.clientId } });
      const all = await store.directory.sessions(user.id, { after: null, limit: 9 });
      assert.deepEqual(all.map(({ session }) => session.id).slice(2), [first.id], "the oldest comes last");
      assert.deepEqual(
        all.map(({ session, resetPol }) => [session.status, session.endRule, session.endedBy, resetPol]),
        [
          ["active", null, null, pol],
          ["active", null, null, pol],
          ["ended", "administrator", "u_admin", pol],
        ],
      );
      const paged: SessionId[] = [];
      for (let after: Place<SessionId> | null = null; ; ) {
        const [one] = await store.directory.sessions(user.id, { after, limit: 1 });
        if (one === undefined) break;
        paged.push(one.session.id);
        after = { at: one.session.createdAt, id: one.session.id };
      }
      assert.deepEqual(
        paged,
        all.map(({ session }) => session.id),
      );
      assert.deepEqual(new Set(paged.slice(0, 2)), new Set([second.id, third.id]));
    },
  },
];
