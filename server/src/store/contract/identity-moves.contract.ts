import assert from "node:assert/strict";
import type { UserId } from "../../core/ids.ts";
import type { IdentityMoveStore, MoveRequest } from "../identity-moves.ts";
import type { IdentityKey } from "../records.ts";
import type { Store } from "../store.ts";
import type { ContractCase, StoreHarness } from "./contract-case.ts";
import { atOnce, CLOSE, type SampleSignIn, sampleUserId, signIn } from "./sample-sign-in.ts";

const DAY_MS = 86_400_000;
const UNION = { scope: "wechat:one", id: "u_alice" };
const HOW = { id: "m_one", by: "u_admin", undoMs: DAY_MS };

/** Alice in two apps of one union, with a third app apart; and Bob, whom the host knows. */
async function people(store: Store) {
  const sessionOf = async (sample: SampleSignIn) => (await signIn(store, sample)).facts.session;
  const one = await sessionOf({ app: "wx_one", openid: "o_1", union: UNION });
  const two = await sessionOf({ app: "wx_two", openid: "o_2", union: UNION });
  const bob = await sessionOf({ app: "wx_one", openid: "o_bob", host: { externalId: "42" } });
  assert.equal(one.userId, two.userId);
  return { one, two, bob, alice: one.userId, into: bob.userId };
}

function move(moves: IdentityMoveStore, request: MoveRequest, id = HOW.id) {
  return moves.move(request, { ...HOW, id }, ({ from }) => ({
    audit: [{ action: "moved", userId: from.id, actor: "u_admin" }],
  }));
}

async function ownerOf(store: Store, { platform, app, openid }: IdentityKey): Promise<UserId | undefined> {
  return (await store.users.findByIdentity({ platform, app, openid }))?.id;
}

async function refusalOf(store: Store): Promise<string> {
  const undone = await store.identityMoves.undo(HOW.id, "u_admin", () => ({}));
  return "refused" in undone ? undone.refused : "undone now";
}

/** The promises of `IdentityMoveStore`. */
export const identityMoveCases: readonly ContractCase<StoreHarness>[] = [
  {
    name: "a preview says what a move changes, and changes nothing",
    async run({ open, dump }) {
      const store = await open();
      const { one, two, alice, into } = await people(store);
      const { session: apart } = (await signIn(store, { app: "wx_three", openid: "o_3" })).facts;
      await move(store.identityMoves, { from: apart.userId, into: alice, identity: null }, "m_before");
      const before = await dump();
      const whole = await store.identityMoves.preview({ from: alice, into, identity: null });
      assert.deepEqual([whole?.identities.length, whole?.staying, whole?.unions], [3, 0, [UNION]]);
      const part = await store.identityMoves.preview({ from: alice, into, identity: one });
      assert.deepEqual(
        part?.identities.map(({ openid }) => openid),
        ["o_1", "o_2"],
      );
      assert.deepEqual(part?.sessions.map(({ id }) => id).toSorted(), [one.id, two.id].toSorted());
      assert.equal(part?.staying, 1);
      const none = await store.identityMoves.preview({ from: alice, into, identity: { ...one, openid: "o_none" } });
      assert.deepEqual([none?.identities, none?.unions, none?.sessions], [[], [], []]);
      assert.equal(await store.identityMoves.preview({ from: alice, into: sampleUserId(), identity: null }), undefined);
      assert.deepEqual(await dump(), before);
    },
  },
  {
    name: "a move takes identities and unionids along, ends their sessions, tells verifiers, and is undone",
    async run({ open }) {
      const store = await open();
      const { one, two, bob, alice, into } = await people(store);
      const moved = await move(store.identityMoves, { from: alice, into, identity: null });
      const told = moved?.entries.map(({ revocation }) => revocation) ?? [];
      const ends = told.slice(0, 2).map((revocation) => "sid" in revocation && revocation.sid);
      assert.deepEqual(ends.toSorted(), [one.id, two.id].toSorted());
      assert.deepEqual(told.slice(2), [
        { sub: alice, ver: 2, why: "stale" },
        { sub: into, ver: 2, why: "stale" },
      ]);
      for (const session of [one, two]) {
        assert.equal(await ownerOf(store, session), into);
        assert.equal((await store.sessions.findForMint(session.id))?.session.endWhy, "reset");
      }
      assert.equal((await store.sessions.findForMint(bob.id))?.session.status, "active");
      assert.equal((await store.audit.list({ limit: 9 }))[0]?.action, "moved");
      const third = await signIn(store, { app: "wx_three", openid: "o_3", union: UNION });
      assert.equal(third.facts.user.id, into);
      assert.equal(await refusalOf(store), "linked");
      await move(store.identityMoves, { from: into, into: alice, identity: third.facts.session }, "m_two");
      assert.equal(await refusalOf(store), "moved", "it went on with its siblings");
    },
  },
  {
    name: "an undo gives back what was taken, and only once, within its time",
    async run({ open, advance }) {
      const store = await open();
      const { one, two, alice, into } = await people(store);
      await move(store.identityMoves, { from: alice, into, identity: null });
      const again = (await signIn(store, { app: "wx_one", openid: "o_1", union: UNION })).facts;
      assert.equal(again.user.id, into);
      const undone = await store.identityMoves.undo(HOW.id, "u_admin", ({ from, into: back }) => {
        assert.deepEqual([from.id, back.id], [into, alice]);
        return {};
      });
      assert.ok("move" in undone);
      assert.deepEqual(
        undone.move.sessions.map(({ id }) => id),
        [again.session.id],
      );
      for (const session of [one, two]) assert.equal(await ownerOf(store, session), alice);
      assert.equal((await signIn(store, { app: "wx_two", openid: "o_2", union: UNION })).facts.user.id, alice);
      assert.equal(await refusalOf(store), "undone");
      await move(store.identityMoves, { from: alice, into, identity: null }, "m_two");
      await advance(DAY_MS);
      assert.equal(await refusalOf(store), "unknown");
      await store.identityMoves.forget();
      assert.deepEqual(await store.identityMoves.undo("m_two", "u_admin", () => ({})), { refused: "unknown" });
    },
  },
  {
    name: "the host's id goes along where all identities do and the other has none, and back again",
    async run({ open }) {
      const store = await open();
      const { alice, bob } = await people(store);
      const moved = await move(store.identityMoves, { from: bob.userId, into: alice, identity: null });
      assert.equal(moved?.move.externalId, "42");
      assert.equal((await store.users.findByExternalId("42"))?.user.id, alice);
      await store.identityMoves.undo(HOW.id, "u_admin", () => ({}));
      assert.equal((await store.users.findByExternalId("42"))?.user.id, bob.userId);
    },
  },
  {
    name: "an undo is refused where an account was banned or closed since",
    async run({ open }) {
      const store = await open();
      const { alice, into } = await people(store);
      await move(store.identityMoves, { from: alice, into, identity: null });
      const ban = { reason: "fraud", until: null };
      await store.users.edit(into, { kind: "ban", ban }, "u_admin", () => ({}));
      assert.equal(await refusalOf(store), "banned");
      await store.users.edit(into, { kind: "unban" }, "u_admin", () => ({}));
      await store.users.edit(alice, CLOSE, "u_admin", () => ({}));
      assert.equal(await refusalOf(store), "unknown", "what names a closed account's identities is forgotten");
    },
  },
  {
    name: "a description that throws leaves everything as it was",
    async run({ open, dump }) {
      const store = await open();
      const { alice, into } = await people(store);
      const before = await dump();
      const refused = store.identityMoves.move({ from: alice, into, identity: null }, HOW, () => {
        throw new Error("refused");
      });
      await assert.rejects(refused, /refused/);
      assert.deepEqual(await dump(), before);
    },
  },
  {
    name: "sign-ins beside moves on two nodes: each session's user is the one that its identity belongs to, or it has ended",
    async run({ open }) {
      const nodes = [await open(), await open()] as const;
      const { one, alice, into } = await people(nodes[0]);
      const results = await Promise.all([
        atOnce(12, (index) => signIn(nodes[index % 2 === 0 ? 0 : 1], { app: "wx_one", openid: "o_1", union: UNION })),
        atOnce(6, (index) => {
          const [from, to] = index % 2 === 0 ? [alice, into] : [into, alice];
          return move(nodes[index % 2 === 0 ? 1 : 0].identityMoves, { from, into: to, identity: one }, `m_${index}`);
        }),
        atOnce(4, (index) => signIn(nodes[0], { app: `wx_new${index}`, openid: "o_new", union: UNION })),
      ]);
      for (const { failed } of results) assert.deepEqual(failed, []);
      const owner = await ownerOf(nodes[0], one);
      for (const userId of [alice, into]) {
        for (const session of await nodes[0].sessions.listOfUser(userId)) {
          assert.equal(await ownerOf(nodes[0], session), userId, `${session.app} ${session.openid}`);
        }
      }
      const { user } = (await signIn(nodes[1], { app: "wx_late", openid: "o_late", union: UNION })).facts;
      assert.equal(user.id, owner, "the unionid went along");
    },
  },
];
