import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { withAdministration } from "./administration.ts";
import { ask, basic } from "./ask.ts";
import { each, invalidRequest, invalidToken, meets } from "./cases.ts";
import { openFeed, type Told } from "./feed-reader.ts";
import { askToken, bearer, claimsOf, revoke, type SignedIn, sidOf, signIn } from "./mini-program.ts";
import { BACKEND, PLAIN_BACKEND, type Served, startServed } from "./served-hufu.ts";

const CURSOR = /^\d+\.\d+$/;

async function tokenOf(served: Served, client: typeof BACKEND): Promise<string> {
  const answer = await askToken(served, { grant_type: "client_credentials" }, { authorization: basic(client) });
  assert.equal(answer.status, 200, answer.text);
  return String(answer.json["access_token"]);
}

const isRevoke =
  (name: string, value: unknown) =>
  ({ event, data }: Told): boolean =>
    event === "revoke" && data[name] === value;
const isReady = ({ event }: Told): boolean => event === "ready";

describe("the revocation feed (§6)", () => {
  let served: Served;
  let reader: Readonly<Record<string, string>>;
  let user: SignedIn;
  before(async () => {
    served = await startServed();
    reader = bearer(await tokenOf(served, BACKEND));
    user = await signIn(served);
  });
  after(() => served.close());

  const denied = { status: 403, error: "insufficient_scope", reason: "permission_denied" };
  for (const path of ["/revocations", "/roles"])
    describe(`${path} and strangers`, () => {
      each(
        () => served.issuer,
        [
          { name: "nobody", ask: { path }, expect: { status: 401, reason: "token_missing" } },
          { name: "garbage", ask: { path, headers: bearer("a.b.c") }, expect: invalidToken("token_malformed") },
          {
            name: "a signed-in user",
            ask: () => ({ path, headers: bearer(user.access_token) }),
            expect: denied,
          },
          {
            name: "a back end without the permission",
            ask: async () => ({ path, headers: bearer(await tokenOf(served, PLAIN_BACKEND)) }),
            expect: { ...denied, headers: { "www-authenticate": /scope="hufu\.revocations:read"/ } },
          },
          {
            name: "client authentication instead of a token",
            ask: { path, headers: { authorization: basic(BACKEND) } },
            expect: { status: 401, reason: "token_malformed" },
          },
          {
            name: "a token in the URL",
            ask: () => ({ path: `${path}?access_token=${user.access_token}`, headers: reader }),
            expect: invalidRequest("token_in_query"),
          },
          { name: "POST", ask: { path, method: "POST" }, expect: { status: 405, headers: { allow: /^GET, HEAD$/ } } },
        ],
      );
    });

  describe("absurd questions", () => {
    for (const query of [
      "after=x",
      "after=1",
      "after=-1.2",
      "after=1.2.3",
      "after=1.99999999999999999999",
      "limit=0",
      "limit=-1",
      "limit=ten",
      "limit=1e3",
      "limit=100000",
    ])
      test(query, async () => {
        const answer = await ask(served.issuer, { path: `/revocations?${query}`, headers: reader });
        await meets(answer, invalidRequest("parameter_invalid"));
      });
    test("twice the same", async () => {
      const path = "/revocations?after=1.1&after=1.2";
      await meets(await ask(served.issuer, { path, headers: reader }), invalidRequest("parameter_repeated"));
    });
    test("a foreign Last-Event-ID", async () => {
      const headers = { ...reader, accept: "text/event-stream", "last-event-id": "hello" };
      await meets(await ask(served.issuer, { path: "/revocations", headers }), invalidRequest("parameter_invalid"));
    });
  });

  test("HEAD answers the head of a stream, and ends", async () => {
    const headers = { ...reader, accept: "text/event-stream" };
    const answer = await ask(served.issuer, { path: "/revocations", method: "HEAD", headers });
    assert.deepEqual([answer.status, answer.headers["content-type"], answer.text], [200, "text/event-stream", ""]);
  });

  test("first what is alive, then ready, then the tail, with a beat at least every second", async () => {
    const early = await signIn(served);
    assert.equal((await revoke(served, early.refresh_token)).status, 200);
    const feed = await openFeed(served.issuer, reader);
    assert.equal(feed.status, 200);
    assert.equal(feed.headers["content-type"], "text/event-stream");
    assert.equal(feed.headers["x-accel-buffering"], "no");
    assert.match(feed.headers["cache-control"] ?? "", /no-store/);
    const ready = await feed.find(isReady);
    const alive = feed.told.find(isRevoke("sid", sidOf(early.access_token)));
    assert.ok(alive !== undefined && feed.told.indexOf(alive) < feed.told.indexOf(ready));
    assert.match(ready.id ?? "", CURSOR);

    const late = await signIn(served);
    await revoke(served, late.refresh_token);
    const end = await feed.find(isRevoke("sid", sidOf(late.access_token)));
    assert.equal(end.data["why"], "logged_out");
    assert.match(end.id ?? "", CURSOR);
    const left = Number(end.data["until"]) - Date.now() / 1000;
    assert.ok(Number.isSafeInteger(end.data["until"]) && left > 600 && left < 900, `alive for ${left} s`);

    const single = await signIn(served);
    await revoke(served, single.access_token);
    await feed.find(isRevoke("jti", claimsOf(single.access_token)["jti"]));

    // Time for some beats; that they come is what is asked, the gap only has to be one of seconds, not of minutes.
    const beats = (): readonly Told[] => feed.told.filter(({ event }) => event === "beat");
    const seen = beats().length;
    await feed.find(() => beats().length >= seen + 4);
    for (const { data, id } of beats()) {
      assert.match(String(data["cursor"]), CURSOR);
      assert.ok(Math.abs(Number(data["at"]) - Date.now() / 1000) < 30);
      assert.equal(id, undefined);
    }
    const numbers = feed.told.flatMap(({ id }) => (id === undefined ? [] : [Number(id.split(".")[1])]));
    assert.deepEqual(
      numbers,
      numbers.toSorted((a, b) => a - b),
    );
    feed.close();
  });

  test("kinds of entries that another process writes arrive as well", async () => {
    const feed = await openFeed(served.issuer, reader);
    await feed.find(isReady);
    const [kicked, banned] = [await signIn(served), await signIn(served)];
    await withAdministration(served, async (hufu) => {
      await hufu.sessions.kick(sidOf(kicked.access_token));
      await hufu.users.ban(String(banned.user["id"]), { reason: "fraud" });
    });
    const end = await feed.find(isRevoke("sid", sidOf(kicked.access_token)));
    assert.equal(end.data["why"], "kicked");
    const user = await feed.find(isRevoke("sub", banned.user["id"]));
    assert.equal(user.data["why"], "banned");
    assert.ok(Number.isSafeInteger(user.data["ver"]));
    feed.close();
  });

  test("a cursor goes on after it; another epoch, or one that is ahead, begins with a reset", async () => {
    const [first, second] = [await signIn(served), await signIn(served)];
    const feed = await openFeed(served.issuer, reader);
    await revoke(served, first.refresh_token);
    const { id } = await feed.find(isRevoke("sid", sidOf(first.access_token)));
    feed.close();
    assert.ok(id !== undefined);
    await revoke(served, second.refresh_token);
    const { epoch = "", number = "" } = /^(?<epoch>\d+)\.(?<number>\d+)$/.exec(id)?.groups ?? {};

    for (const [headers, query] of [
      [{ ...reader, "last-event-id": id }, ""],
      [reader, `?after=${id}`],
      [{ ...reader, "last-event-id": id }, "?after=0.0"],
    ] as const) {
      const resumed = await openFeed(served.issuer, headers, query);
      await resumed.find(isReady);
      const told = resumed.told.filter(({ event }) => event === "revoke").map(({ data }) => data["sid"]);
      assert.deepEqual(told, [sidOf(second.access_token)]);
      assert.equal(resumed.told.at(0)?.event, "revoke");
      resumed.close();
    }
    for (const foreign of [`${Number(epoch) + 1}.${number}`, `${epoch}.${Number(number) + 1000}`]) {
      const anew = await openFeed(served.issuer, { ...reader, "last-event-id": foreign });
      await anew.find(isReady);
      assert.equal(anew.told.at(0)?.event, "reset");
      assert.ok(anew.told.some(isRevoke("sid", sidOf(first.access_token))));
      anew.close();
    }
  });

  test("by the page: every entry once, in order, and where to go on", async () => {
    const items: unknown[] = [];
    let next: unknown = "";
    for (let pages = 0; typeof next === "string"; pages += 1) {
      assert.ok(pages < 100, "it never ends");
      const path = `/revocations?limit=2${next === "" ? "" : `&after=${next}`}`;
      const answer = await ask(served.issuer, { path, headers: { ...reader, accept: "application/json" } });
      assert.equal(answer.status, 200, answer.text);
      assert.deepEqual(Object.keys(answer.json), ["items", "cursor", "next"]);
      assert.match(String(answer.json["cursor"]), CURSOR);
      const page = answer.json["items"];
      assert.ok(Array.isArray(page) && page.length <= 2);
      items.push(...page);
      next = answer.json["next"];
    }
    assert.ok(items.length >= 5);
    assert.equal(new Set(items.map((item) => JSON.stringify(item))).size, items.length);
    const foreign = await ask(served.issuer, { path: "/revocations?after=9.1&limit=1000", headers: reader });
    assert.deepEqual([foreign.json["reset"], foreign.json["items"]], [true, items]);
  });

  test("/roles: the table with its version, and an ETag", async () => {
    const answer = await ask(served.issuer, { path: "/roles", headers: reader });
    assert.equal(answer.status, 200, answer.text);
    const { pol, roles } = answer.json;
    assert.equal(pol, claimsOf(user.access_token)["pol"]);
    assert.deepEqual(roles, { admin: ["order:read:all"], member: ["order:read:own", "order:create"] });
    assert.match(answer.headers["cache-control"] ?? "", /private/);
    const etag = answer.headers["etag"];
    assert.ok(etag !== undefined);
    const kept = await ask(served.issuer, { path: "/roles", headers: { ...reader, "if-none-match": etag } });
    assert.deepEqual([kept.status, kept.text], [304, ""]);
  });

  test("a stream ends when its token is revoked", async () => {
    const token = await tokenOf(served, BACKEND);
    const feed = await openFeed(served.issuer, bearer(token));
    await feed.find(isReady);
    const answer = await ask(served.issuer, {
      path: "/oauth/revoke",
      form: { token },
      headers: { authorization: basic(BACKEND) },
    });
    assert.equal(answer.status, 200);
    await feed.ended;
  });

  test("SIGTERM ends open streams at once, and the process in peace", async () => {
    const feed = await openFeed(served.issuer, reader);
    await feed.find(isReady);
    served.signal("SIGTERM");
    await feed.ended;
    assert.equal(await served.ended(), 0);
    assert.doesNotMatch(served.log(), /took too long/);
  });
});
