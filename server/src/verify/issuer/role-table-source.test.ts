import assert from "node:assert/strict";
import { test } from "node:test";
import { silentLogger } from "../../core/log/log.ts";
import { createSetClock } from "../issuer.fixture.ts";
import { issuerAddress } from "../issuer-address.ts";
import { createRoleTableSource } from "./role-table-source.ts";

const ISSUER = "https://api.example.com/auth";

function createScene() {
  const clock = createSetClock();
  const asked: (string | null)[] = [];
  const dropped: string[] = [];
  const scene = {
    pol: 5,
    roles: { member: ["order:read:own"], admin: ["order:read", "stock:*"] } as object,
    respond: (etag: string | null): Response | Promise<Response> =>
      etag === `"${scene.pol}"`
        ? new Response(null, { status: 304 })
        : Response.json({ pol: scene.pol, roles: scene.roles }, { headers: { etag: `"${scene.pol}"` } }),
  };
  const permissionsOf = createRoleTableSource({
    address: issuerAddress(ISSUER),
    ownToken: { get: async () => `token ${dropped.length}`, drop: (token) => dropped.push(token) },
    clock,
    log: silentLogger,
    stop: new AbortController().signal,
    fetch: async (url, init) => {
      assert.equal(String(url), `${ISSUER}/roles`);
      const headers = new Headers(init?.headers);
      assert.equal(headers.get("authorization"), `Bearer token ${dropped.length}`);
      asked.push(headers.get("if-none-match"));
      return scene.respond(headers.get("if-none-match"));
    },
  });
  return { clock, asked, dropped, scene, permissionsOf };
}

const unknown = { name: "HufuError", reason: "revocations_unknown", retryAfter: 1 } as const;

test("the table is fetched once, for all that wait, and then answers at once", async () => {
  const { asked, permissionsOf } = createScene();
  const all = await Promise.all(Array.from({ length: 50 }, async () => permissionsOf(["member", "admin"], 5)));
  assert.deepEqual(all[0], ["order:read", "order:read:own", "stock:*"]);
  assert.deepEqual(permissionsOf(["member"], 4), ["order:read:own"]);
  assert.deepEqual(permissionsOf(["unknown"], 5), []);
  assert.deepEqual(asked, [null]);
});

test("a token of a newer policy has it fetched again, with its ETag", async () => {
  const { asked, scene, clock, permissionsOf } = createScene();
  await permissionsOf(["member"], 5);
  scene.pol = 6;
  scene.roles = { member: [] };
  clock.advance(1000);
  assert.deepEqual(await permissionsOf(["member"], 6), []);
  assert.deepEqual(asked, [null, '"5"']);
});

test("a caller that comes while an older table is under way gets a newer one after it", async () => {
  const { asked, scene, permissionsOf } = createScene();
  const { respond } = scene;
  let release = (): void => undefined;
  scene.respond = (etag) => {
    const old = respond(etag);
    return new Promise((resolve) => {
      release = () => resolve(old);
    });
  };
  const first = permissionsOf(["member"], 5);
  await new Promise((resolve) => setImmediate(resolve));
  const second = permissionsOf(["member"], 6);
  scene.pol = 6;
  scene.roles = { member: [] };
  scene.respond = respond;
  release();
  assert.deepEqual(await first, ["order:read:own"]);
  assert.deepEqual(await second, []);
  assert.equal(asked.length, 2);
});

test("a table that is too old refuses with 503, and is asked for once a second at most", async () => {
  const { asked, scene, clock, permissionsOf } = createScene();
  await permissionsOf(["member"], 5);
  clock.advance(1000);
  for (let at = 0; at < 10; at += 1) await assert.rejects(async () => permissionsOf(["member"], 6), unknown);
  assert.deepEqual(asked, [null, '"5"']);
  // A server that lags behind does not take the newer table away.
  scene.pol = 4;
  clock.advance(1000);
  await assert.rejects(async () => permissionsOf(["member"], 6), unknown);
  assert.ok(permissionsOf(["member"], 5));
});

test("what is no table refuses with 503, and the old one stays", async () => {
  const { scene, clock, permissionsOf } = createScene();
  await permissionsOf(["member"], 5);
  scene.pol = 6;
  const { respond } = scene;
  for (const wrong of [
    () => new Response("", { status: 503 }),
    () => Response.json({ pol: "6", roles: {} }),
    () => Response.json({ pol: 6, roles: [] }),
    () => Response.json({ pol: 6, roles: { member: "order:read" } }),
    () => Response.json({ pol: 6, roles: { member: ["no permission"] } }),
    () => Promise.reject(new TypeError("fetch failed")),
  ]) {
    scene.respond = wrong;
    clock.advance(1000);
    await assert.rejects(async () => permissionsOf(["member"], 6), unknown);
  }
  scene.respond = respond;
  assert.deepEqual(permissionsOf(["member"], 5), ["order:read:own"]);
  clock.advance(1000);
  assert.ok(await permissionsOf(["member"], 6));
});

test("a refused token of our own is replaced once", async () => {
  const { dropped, scene, permissionsOf } = createScene();
  const { respond } = scene;
  scene.respond = (etag) => (dropped.length === 0 ? new Response("", { status: 401 }) : respond(etag));
  assert.ok(await permissionsOf(["member"], 5));
  assert.deepEqual(dropped, ["token 0"]);
});
