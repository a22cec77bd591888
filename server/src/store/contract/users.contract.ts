import assert from "node:assert/strict";
import { HufuError } from "../../core/errors/errors.ts";
import type { IdentityKey, Session, User } from "../records.ts";
import type { StoredSessionKey, UserEdit } from "../users.ts";
import type { ContractCase, StoreHarness } from "./contract-case.ts";
import { atOnce, CLOSE, EVERY_EVENT, sampleRequest, sampleUserId, signIn } from "./sample-sign-in.ts";

const nothing = () => ({});
const BAN = { kind: "ban", ban: { reason: "spam", until: null } } as const satisfies UserEdit;

/** The promises of `UserStore`. */
export const userStoreCases: readonly ContractCase<StoreHarness>[] = [
  {
    name: "text that could not be read back is refused by its name, and nothing is written",
    async run({ open, dump }) {
      const store = await open();
      await signIn(store, { host: { externalId: "row-42" } });
      const before = await dump();
      for (const broken of ["row-42\ud83d", "\udcf1row-42", "row\0 42"]) {
        const asked = {
          externalId: () => store.users.findByExternalId(broken),
          openid: () => store.users.findByIdentity({ platform: "wechat", app: "wx_one", openid: broken }),
          device_name: () => signIn(store, { openid: "o_new", session: { deviceName: broken } }),
        };
        for (const [parameter, ask] of Object.entries(asked)) {
          await assert.rejects(ask(), (error) => {
            assert.ok(error instanceof HufuError && error.reason === "parameter_invalid", String(error));
            return parameter === error.parameter;
          });
        }
        await assert.rejects(signIn(store, { openid: "o_new", host: { externalId: broken } }), {
          reason: "parameter_invalid",
        });
      }
      assert.deepEqual(await dump(), before);
      const whole = "row-42 📱";
      const { user } = (await signIn(store, { openid: "o_whole", host: { externalId: whole } })).facts;
      assert.equal((await store.users.findByExternalId(whole))?.user.id, user.id);
    },
  },
  {
    name: "a user is found by id, external id and identity, with all identities",
    async run({ open, advance }) {
      const store = await open();
      const union = { scope: "s", id: "u" };
      const first = await signIn(store, { union, host: { externalId: "42" } });
      await advance(5);
      await signIn(store, { app: "wx_two", openid: "o_second", union });
      const { user } = first.facts;
      const found = (await store.users.find(user.id)) ?? assert.fail("not found");
      assert.deepEqual(found.user, user);
      assert.deepEqual(
        found.identities.map(({ app, openid }) => `${app} ${openid}`),
        ["wx_one o_first", "wx_two o_second"],
      );
      assert.deepEqual(await store.users.findByExternalId("42"), found);
      assert.deepEqual(
        await store.users.findByIdentity({ platform: "wechat", app: "wx_two", openid: "o_second" }),
        user,
      );
    },
  },
  {
    name: "what was never there is not found and not edited",
    async run({ open, dump }) {
      const { users } = await open();
      const before = await dump();
      const { identity } = sampleRequest({});
      assert.equal(await users.find(sampleUserId()), undefined);
      assert.equal(await users.findByExternalId("42"), undefined);
      assert.equal(await users.findByIdentity(identity), undefined);
      assert.equal(await users.sessionKey(identity), undefined);
      await users.putSessionKey(identity, "sealed", 1);
      const fail = () => assert.fail("nothing to describe");
      assert.equal(await users.edit(sampleUserId(), { kind: "stale" }, "u_admin", fail), undefined);
      assert.deepEqual(await dump(), before);
    },
  },
  {
    name: "roles, stale and unban raise ver by one, tell verifiers and end nothing",
    async run({ open }) {
      const store = await open();
      const { user, session } = (await signIn(store)).facts;
      const edits: readonly [UserEdit, Partial<User>, string][] = [
        [{ kind: "roles", roles: ["admin"] }, { roles: ["admin"] }, "roles_changed"],
        [{ kind: "roles", roles: ["admin"] }, { roles: ["admin"] }, "roles_changed"],
        [{ kind: "stale" }, { roles: ["admin"] }, "stale"],
        [{ kind: "unban" }, { roles: ["admin"], ban: null }, "unbanned"],
      ];
      let ver = user.ver;
      for (const [edit, outcome, why] of edits) {
        ver += 1;
        const change = await store.users.edit(user.id, edit, "u_admin", (now, ended) => ({
          audit: [{ action: edit.kind, actor: "u_admin", userId: now.id, detail: { ver: now.ver, n: ended.length } }],
        }));
        assert.deepEqual(change?.user, { ...user, ...outcome, ver });
        assert.deepEqual(change?.ended, []);
        assert.deepEqual(
          change?.entries.map(({ revocation }) => revocation),
          [{ sub: user.id, ver, why }],
        );
        assert.deepEqual((await store.users.find(user.id))?.user, change?.user);
        assert.deepEqual((await store.audit.list({ limit: 1 }))[0]?.detail, { ver, n: 0 });
      }
      assert.equal((await store.sessions.findForMint(session.id))?.session.status, "active");
    },
  },
  {
    name: "a ban ends every session of that user, with one entry, and an unban revives none",
    async run({ open }) {
      const store = await open();
      const { user } = (await signIn(store)).facts;
      await signIn(store);
      const other = (await signIn(store, { openid: "o_other" })).facts.session;
      let described: readonly Session[] = [];
      const ban = { reason: "spam", until: 1_890_000_000_000 };
      const change = await store.users.edit(user.id, { kind: "ban", ban }, "u_admin", (_user, ended) => {
        described = ended;
        return { deliveries: ended.map(({ id }) => ({ event: "session-end", payload: { sid: id } })) };
      });
      assert.deepEqual(change?.user, { ...user, ver: user.ver + 1, ban });
      assert.equal(change?.ended.length, 2);
      assert.deepEqual(described, change?.ended);
      assert.ok(change?.ended.every(({ endWhy, endedBy }) => endWhy === "banned" && endedBy === "u_admin"));
      assert.deepEqual(
        change?.entries.map(({ revocation }) => revocation),
        [{ sub: user.id, ver: user.ver + 1, why: "banned" }],
      );
      assert.equal((await store.deliveries.take(EVERY_EVENT, 9, 1)).length, 2);
      await store.users.edit(user.id, { kind: "unban" }, "u_admin", nothing);
      assert.deepEqual(await store.sessions.listOfUser(user.id), []);
      assert.equal((await store.users.find(user.id))?.user.ban, null);
      assert.equal((await store.sessions.findForMint(other.id))?.session.status, "active");
    },
  },
  {
    name: "what the host answered is kept for its ver alone, once, and raises nothing",
    async run({ open, dump }) {
      const store = await open();
      const { user } = (await signIn(store, { host: { claims: { a: 1 } } })).facts;
      await store.users.edit(user.id, { kind: "stale" }, "u_admin", nothing);
      const ver = user.ver + 1;
      const resolve = (forVer: number, roles: readonly string[]) =>
        store.users.edit(user.id, { kind: "resolved", ver: forVer, roles, claims: null }, "system", () => ({
          audit: [{ action: "resolved", actor: "system" }],
        }));

      const before = await dump();
      for (const wrong of [user.ver, ver + 1]) {
        const change = await resolve(wrong, ["wrong"]);
        assert.deepEqual(change?.user.roles, ["member"]);
        assert.deepEqual(change?.entries, []);
      }
      assert.deepEqual(await dump(), before);

      const kept = await resolve(ver, ["vip"]);
      assert.deepEqual(kept, {
        user: { ...user, ver, resolvedVer: ver, roles: ["vip"], claims: null },
        ended: [],
        entries: [],
      });
      const late = await resolve(ver, ["late"]);
      assert.deepEqual(late?.user.roles, ["vip"]);
      assert.equal((await store.audit.list({ limit: 9 })).length, 1);
    },
  },
  {
    name: "closing ends the sessions, releases identities, unionids and the external id, and forgets what is personal",
    async run({ open, dump }) {
      const store = await open();
      const union = { scope: "scope-1", id: "union-secret" };
      const personal = { openid: "o_secret", deviceId: "device-secret", deviceName: "name-secret" };
      const { openid, ...device } = personal;
      const host = { externalId: "external-secret", claims: { name: "claim-secret" } };
      const { user, session } = (
        await signIn(store, {
          openid,
          union,
          host,
          sessionKey: { sealed: "key-secret", exchangedAt: 1 },
          session: device,
        })
      ).facts;
      let described: User | undefined;
      const change = await store.users.edit(user.id, CLOSE, "user", (now) => {
        described = now;
        return {};
      });
      assert.equal(described?.externalId, "external-secret", "the host has to be told whom it concerns");
      assert.equal(described?.status, "closed");
      assert.deepEqual(change?.user, { ...user, status: "closed", externalId: null, claims: null, ver: user.ver + 1 });
      assert.deepEqual(
        change?.ended.map(({ id, endWhy }) => `${id} ${endWhy}`),
        [`${session.id} closed`],
      );
      assert.deepEqual(
        change?.entries.map(({ revocation }) => revocation),
        [{ sub: user.id, ver: user.ver + 1, why: "closed" }],
      );
      assert.equal((await store.sessions.findForMint(session.id))?.user.status, "closed");
      assert.deepEqual((await store.users.find(user.id))?.identities, []);
      assert.equal(JSON.stringify(await dump()).includes("secret"), false);

      const again = await signIn(store, { openid, union, host });
      assert.equal(again.seen.madeUser, true);
      assert.notEqual(again.facts.user.id, user.id);
      assert.deepEqual(again.seen.candidates, []);
      assert.equal((await store.users.findByExternalId("external-secret"))?.user.id, again.facts.user.id);
    },
  },
  {
    name: "a closed user is not edited any more",
    async run({ open, dump }) {
      const store = await open();
      const { user } = (await signIn(store)).facts;
      await store.users.edit(user.id, CLOSE, "user", nothing);
      const before = await dump();
      for (const edit of [BAN, CLOSE, { kind: "stale" }, { kind: "unban" }] as const) {
        assert.equal(await store.users.edit(user.id, edit, "u_admin", nothing), undefined);
      }
      assert.deepEqual(await dump(), before);
    },
  },
  {
    name: "a ban in force outlives the account by hashes of identity and unionid, until it is lifted",
    async run({ open }) {
      const store = await open();
      const union = { scope: "one", id: "union-1" };
      const { user, now } = (await signIn(store, { union })).facts;
      const ban = { reason: "spam", until: now + 9_000_000 };
      await store.users.edit(user.id, { kind: "ban", ban }, "u_admin", nothing);
      await store.users.edit(user.id, CLOSE, "u_admin", nothing);
      const { hashes } = CLOSE;
      const known = [hashes.identity(sampleRequest({}).identity), hashes.union(union.scope, union.id)];
      for (const hash of known) {
        const { seen } = await signIn(store, { openid: `o_${hash}`, banHashes: ["another", hash] });
        assert.deepEqual(seen.keptBan, ban);
      }
      const { seen } = await signIn(store, { openid: "o_other", banHashes: ["another"] });
      assert.equal(seen.keptBan, null);

      const lifted = await store.users.edit(user.id, { kind: "unban" }, "u_admin", nothing);
      assert.deepEqual([lifted?.user.ban, lifted?.user.status], [null, "closed"]);
      assert.equal((await signIn(store, { openid: "o_late", banHashes: known })).seen.keptBan, null);
      assert.equal(await store.users.edit(user.id, { kind: "unban" }, "u_admin", nothing), undefined);
    },
  },
  {
    name: "a ban that is over leaves nothing behind a closed account, and those that end later are cleared away",
    async run({ open, advance }) {
      const store = await open();
      const { hashes } = CLOSE;
      /** Signs a user in, bans and closes; answers the hash that would be kept. */
      const banAndClose = async (openid: string, until: number | null, wait = 0): Promise<string> => {
        const { user } = (await signIn(store, { openid })).facts;
        await store.users.edit(user.id, { kind: "ban", ban: { reason: "spam", until } }, "u_admin", nothing);
        await advance(wait);
        await store.users.edit(user.id, CLOSE, "u_admin", nothing);
        return hashes.identity(sampleRequest({ openid }).identity);
      };
      const keptOf = async (hash: string): Promise<unknown> =>
        (await signIn(store, { openid: `o_${hash}`, banHashes: [hash] })).seen.keptBan;
      const { now } = (await signIn(store)).facts;
      const ends = await banAndClose("o_ends", now + 1_000_000);
      assert.notEqual(await keptOf(ends), null);
      assert.equal(await keptOf(await banAndClose("o_over", now + 1000, 2000)), null);
      await advance(1_000_000);
      assert.notEqual(await keptOf(await banAndClose("o_good", null)), null);
      assert.equal(await keptOf(ends), null);
    },
  },
  {
    name: "edits of one user at once happen one after the other, each with its own ver",
    async run({ open }) {
      const nodes = [await open(), await open()] as const;
      const { user } = (await signIn(nodes[0])).facts;
      const { done } = await atOnce(12, (index) =>
        nodes[index % 2 === 0 ? 0 : 1].users.edit(user.id, { kind: "stale" }, "u_admin", nothing),
      );
      const vers = done.map((change) => change?.user.ver ?? 0).toSorted((a, b) => a - b);
      assert.deepEqual(
        vers,
        Array.from({ length: 12 }, (_, index) => user.ver + 1 + index),
      );
      assert.equal((await nodes[1].users.find(user.id))?.user.ver, user.ver + 12);
    },
  },
  {
    name: "a sign-in beside a ban either comes first and is ended, or comes after and sees the ban",
    async run({ open }) {
      const nodes = [await open(), await open()] as const;
      const { user } = (await signIn(nodes[0])).facts;
      const [change, born] = await Promise.all([
        nodes[1].users.edit(user.id, BAN, "u_admin", nothing),
        signIn(nodes[0]),
      ]);
      const wasEnded = change?.ended.some(({ id }) => id === born.facts.session.id) ?? false;
      assert.equal(born.seen.user.ban === null, wasEnded);
    },
  },
  {
    name: "a description that throws changes nothing, and its error arrives untouched",
    async run({ open, dump }) {
      const store = await open();
      const { user } = (await signIn(store)).facts;
      const before = await dump();
      const mistake = new RangeError("mistake");
      for (const edit of [BAN, CLOSE] as const) {
        const work = store.users.edit(user.id, edit, "u_admin", () => {
          throw mistake;
        });
        await assert.rejects(work, (error) => error === mistake);
      }
      assert.deepEqual(await dump(), before);
    },
  },
  {
    name: "putSessionKey keeps the newer exchange, in any order of arrival",
    async run({ open }) {
      const store = await open();
      await signIn(store);
      const { identity } = sampleRequest({});
      await atOnce(6, (index) => store.users.putSessionKey(identity, `sealed-${index}`, index === 3 ? 100 : index));
      assert.deepEqual(await store.users.sessionKey(identity), { sealed: "sealed-3", exchangedAt: 100 });
      await store.users.putSessionKey(identity, "same time", 100);
      assert.equal((await store.users.sessionKey(identity))?.sealed, "same time");
    },
  },
  {
    name: "all sealed session_keys are found page by page, and replaced only if they are still the same",
    async run({ open }) {
      const store = await open();
      for (let index = 0; index < 5; index += 1) {
        await signIn(store, { openid: `o_${index}`, sessionKey: { sealed: `sealed-${index}`, exchangedAt: 1 } });
      }
      await signIn(store, { openid: "o_without" });
      const seen: string[] = [];
      let after: IdentityKey | null = null;
      for (;;) {
        const page: readonly StoredSessionKey[] = await store.users.sessionKeysAfter(after, 2);
        if (page.length === 0) break;
        seen.push(...page.map(({ openid, sealed }) => `${openid} ${sealed}`));
        after = page.at(-1) ?? null;
      }
      assert.deepEqual(
        seen,
        [0, 1, 2, 3, 4].map((index) => `o_${index} sealed-${index}`),
      );

      const { identity } = sampleRequest({ openid: "o_3" });
      assert.equal(await store.users.resealSessionKey(identity, "sealed-2", "fresh"), false);
      assert.equal(await store.users.resealSessionKey(identity, "sealed-3", "fresh"), true);
      assert.deepEqual(await store.users.sessionKey(identity), { sealed: "fresh", exchangedAt: 1 });
    },
  },
];
