import assert from "node:assert/strict";
import type { ImportedUser, ImportOutcome } from "../import.ts";
import type { ContractCase, StoreHarness } from "./contract-case.ts";
import { atOnce, CLOSE, sampleRequest, sampleUserId, signIn } from "./sample-sign-in.ts";

const nothing = () => ({});
const FOR_GOOD = { reason: "spam", until: null };

interface Sample extends Partial<Omit<ImportedUser, "identity" | "phone">> {
  readonly app?: string;
  readonly number?: string;
}

function imported(openid: string, { app = "wx_one", number, ...more }: Sample = {}): ImportedUser {
  const { identity } = sampleRequest({ app, openid });
  return {
    identity,
    clientId: app,
    union: null,
    externalId: null,
    roles: [],
    ban: null,
    phone:
      number === undefined ? null : { hashes: [`new ${number}`, `old ${number}`], seal: (id) => `${number} of ${id}` },
    banHashes: () => [CLOSE.hashes.identity(identity)],
    newUser: { id: sampleUserId(), roles: ["member"] },
    ...more,
  };
}

const union = (id: string) => ({ scope: "s", id });
const kinds = (outcomes: readonly ImportOutcome[]) =>
  outcomes.map((outcome) => (outcome.kind === "skipped" ? outcome.why : outcome.kind));

/** The promises of `ImportStore`. */
export const importStoreCases: readonly ContractCase<StoreHarness>[] = [
  {
    name: "a new user is found by each id, with number, roles and ban, and a sign-in finds the same user",
    async run({ open }) {
      const store = await open();
      const all = { union: union("u1"), externalId: "42", roles: ["vip"], ban: FOR_GOOD, number: "+86" };
      const audit = [{ action: "users.import", actor: "cli" }];
      const [outcome] = await store.import.merge([imported("o_1", all)], () => ({ audit }));
      assert.ok(outcome?.kind === "created");
      const found = (await store.users.findByExternalId("42")) ?? assert.fail("not found");
      assert.equal(found.user.id, outcome.userId);
      assert.deepEqual([found.user.roles, found.user.ban, found.user.ver], [["vip"], FOR_GOOD, 1]);
      assert.deepEqual(
        found.identities.map(({ openid, clientId, unionid }) => [openid, clientId, unionid]),
        [["o_1", "wx_one", "u1"]],
      );
      const { sealed, hash } = (await store.phones.find(outcome.userId)) ?? assert.fail("no number");
      assert.deepEqual([sealed, hash], [`+86 of ${outcome.userId}`, "new +86"]);
      const [listed] = await store.directory.users({ status: "banned", after: null, limit: 5 });
      assert.equal(listed?.bannedSince, found.user.createdAt);
      assert.equal((await store.audit.list({ action: "users.import", limit: 5 })).length, 1);
      for (const sample of [{ openid: "o_1" }, { app: "wx_two", openid: "o_2", union: union("u1") }]) {
        assert.equal((await signIn(store, sample)).facts.user.id, outcome.userId);
      }
    },
  },
  {
    name: "importing the same users again changes nothing, in any order",
    async run({ open, dump }) {
      const store = await open();
      const people = Array.from({ length: 150 }, (_, index) =>
        imported(`o_${index}`, {
          externalId: `${index % 100}`,
          union: index % 3 === 0 ? union(`u${index % 100}`) : null,
          app: index < 100 ? "wx_one" : "wx_two",
          ...(index % 2 === 0 ? { number: `+${index % 100}` } : {}),
          ...(index % 7 === 0 ? { roles: ["vip"], ban: { reason: "spam", until: 9e12 + index } } : {}),
        }),
      );
      const first = kinds(await store.import.merge(people, nothing));
      assert.equal(first.filter((kind) => kind === "created").length, 100);
      assert.equal(first.filter((kind) => kind === "changed").length, 50);
      const before = await dump();
      const again = await store.import.merge(people.toReversed(), () => assert.fail("nothing to describe"));
      assert.deepEqual(new Set(kinds(again)), new Set(["unchanged"]));
      for (const outcome of again) assert.ok(outcome.kind !== "skipped" && outcome.owed.roles === null);
      assert.deepEqual(await dump(), before);
    },
  },
  {
    name: "an existing user gains what it lacks and keeps what it has; roles and longer bans are owed",
    async run({ open }) {
      const store = await open();
      const { user } = (await signIn(store, { union: union("u1") })).facts;
      await store.phones.put(user.id, { sealed: "sealed", hashes: ["kept"] });
      const more = { union: union("u1"), externalId: "42", roles: ["vip", "member"], ban: FOR_GOOD, number: "+1" };
      const outcomes = await store.import.merge([imported("o_2", { app: "wx_two", ...more })], nothing);
      const owed = { roles: ["member", "vip"], ban: FOR_GOOD };
      assert.deepEqual(outcomes, [{ kind: "changed", userId: user.id, owed }]);
      const now = (await store.users.find(user.id)) ?? assert.fail("not found");
      assert.deepEqual(now.user, { ...user, externalId: "42" });
      assert.equal(now.identities.length, 2);
      assert.equal((await store.phones.find(user.id))?.hash, "kept");

      const ban = { reason: "longer", until: 9e12 };
      await store.users.edit(user.id, { kind: "ban", ban }, "u_admin", nothing);
      const owedFor = async (until: number | null) => {
        const [outcome] = await store.import.preview([imported("o_2", { app: "wx_two", ban: { reason: "x", until } })]);
        return outcome?.kind === "skipped" ? undefined : outcome?.owed.ban?.until;
      };
      assert.deepEqual(
        [await owedFor(8e12), await owedFor(9e12), await owedFor(9e12 + 1)],
        [undefined, undefined, 9e12 + 1],
      );
      assert.equal(await owedFor(null), null);
    },
  },
  {
    name: "an identity that was known without a unionid learns it",
    async run({ open }) {
      const store = await open();
      const { user } = (await signIn(store)).facts;
      assert.deepEqual(kinds(await store.import.merge([imported("o_first", { union: union("u1") })], nothing)), [
        "changed",
      ]);
      assert.equal((await store.users.find(user.id))?.identities[0]?.unionid, "u1");
      assert.equal((await signIn(store, { app: "wx_two", union: union("u1") })).facts.user.id, user.id);
    },
  },
  {
    name: "a user who contradicts existing data is skipped completely, and the conflicting user is named",
    async run({ open, dump }) {
      const store = await open();
      const one = (await signIn(store, { union: union("u1"), host: { externalId: "1" } })).facts.user.id;
      const two = (await signIn(store, { openid: "o_two", union: union("u2"), host: { externalId: "2" } })).facts.user
        .id;
      await store.phones.put(one, { sealed: "sealed", hashes: ["old +1"] });
      const before = await dump();
      const many = Array.from({ length: 32 }, (_, index) => `role-${index}`);
      const refused: readonly (readonly [ImportedUser, string, string | null])[] = [
        [imported("o_first", { externalId: "2" }), "external_id_conflict", two],
        [imported("o_first", { externalId: "3" }), "external_id_conflict", one],
        [imported("o_first", { union: union("u2") }), "unionid_conflict", two],
        [imported("o_first", { union: union("u3") }), "unionid_conflict", one],
        [imported("o_new", { externalId: "1", union: union("u2") }), "unionid_conflict", two],
        [imported("o_new", { externalId: "3", union: union("u1") }), "unionid_conflict", one],
        [imported("o_new", { externalId: "3", number: "+1" }), "phone_taken", one],
        [imported("o_first", { roles: many }), "too_many_roles", one],
      ];
      for (const [person, why, userId] of refused) {
        assert.deepEqual(await store.import.merge([person], nothing), [{ kind: "skipped", why, userId }]);
      }
      assert.deepEqual(await dump(), before);
    },
  },
  {
    name: "of those who contradict each other the first counts, and a preview says the same and changes nothing",
    async run({ open, dump }) {
      const store = await open();
      const people = [
        imported("o_1", { externalId: "1", number: "+1" }),
        imported("o_1", { externalId: "2" }),
        imported("o_2", { externalId: "2", number: "+1" }),
        imported("o_3", { externalId: "1", app: "wx_two", roles: ["vip"], ban: FOR_GOOD }),
      ];
      const empty = await dump();
      const expected = ["created", "external_id_conflict", "phone_taken", "changed"];
      assert.deepEqual(kinds(await store.import.preview(people)), expected);
      assert.deepEqual(await dump(), empty);
      assert.deepEqual(kinds(await store.import.merge(people, nothing)), expected);
      const { user } = (await store.users.findByExternalId("1")) ?? assert.fail("not found");
      assert.deepEqual([user.roles, user.ban, user.ver], [["member", "vip"], FOR_GOOD, 1]);
    },
  },
  {
    name: "an account that was closed while banned is not made anew, for as long as the ban",
    async run({ open, advance }) {
      const store = await open();
      const { user, now } = (await signIn(store)).facts;
      const ban = { reason: "spam", until: now + 5000 };
      await store.users.edit(user.id, { kind: "ban", ban }, "u_admin", nothing);
      await store.users.edit(user.id, CLOSE, "u_admin", nothing);
      const person = imported("o_first");
      assert.deepEqual(kinds(await store.import.merge([person], nothing)), ["closed_while_banned"]);
      await advance(6000);
      assert.deepEqual(kinds(await store.import.merge([person], nothing)), ["created"]);
    },
  },
  {
    name: "two imports and sign-ins of the same people at once make each once",
    async run({ open }) {
      const nodes = [await open(), await open()] as const;
      const people = Array.from({ length: 20 }, (_, index) =>
        imported(`o_${index}`, { union: union(`u${index}`), externalId: `${index}`, number: `+${index}` }),
      );
      const { failed } = await atOnce(8, async (index) => {
        const store = nodes[index % 2 === 0 ? 0 : 1];
        if (index < 4) await store.import.merge(index < 2 ? people : people.toReversed(), nothing);
        else await signIn(store, { openid: `o_${index}`, union: union(`u${index}`), host: { externalId: `${index}` } });
      });
      assert.deepEqual(failed, []);
      const all = await nodes[0].directory.users({ after: null, limit: 100 });
      assert.equal(all.length, 20);
    },
  },
  {
    name: "a description that throws leaves no user behind",
    async run({ open, dump }) {
      const store = await open();
      const before = await dump();
      const mistake = new RangeError("mistake");
      const work = store.import.merge([imported("o_1", { number: "+1" })], () => {
        throw mistake;
      });
      await assert.rejects(work, (error) => error === mistake);
      assert.deepEqual(await dump(), before);
    },
  },
];
