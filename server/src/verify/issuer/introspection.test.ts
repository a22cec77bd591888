import assert from "node:assert/strict";
import { test } from "node:test";
import { silentLogger } from "../../core/log/log.ts";
import { CLIENT } from "../feed/feed-server.fixture.ts";
import { createSetClock } from "../issuer.fixture.ts";
import { createIntrospection, MOST_IN_FLIGHT } from "./introspection.ts";

type Respond = (token: string | null) => Response | Promise<Response>;

function createScene(respond: Respond) {
  const clock = createSetClock();
  const asked: string[] = [];
  const scene = { respond };
  const introspection = createIntrospection({
    ...CLIENT,
    endpoints: { find: async (name) => new URL(`https://api.example.com/${name}`) },
    clock,
    log: silentLogger,
    stop: new AbortController().signal,
    fetch: async (url, init) => {
      assert.equal(String(url), "https://api.example.com/introspection_endpoint");
      assert.equal(init?.method, "POST");
      assert.match(String(new Headers(init?.headers).get("authorization")), /^Basic /);
      const token = new URLSearchParams(String(init?.body)).get("token");
      asked.push(String(token));
      return scene.respond(token);
    },
  });
  return { clock, asked, introspection, scene };
}

const active = () => Response.json({ active: true });
const broken = () => new Response("", { status: 500 });
const unknown = { name: "HufuError", reason: "revocations_unknown" } as const;

test("an answer counts for a second, for its own token", async () => {
  const { clock, asked, introspection, scene } = createScene(active);
  assert.equal(await introspection.isActive("t", "j"), true);
  scene.respond = () => Response.json({ active: false });
  clock.advance(999);
  assert.equal(await introspection.isActive("t", "j"), true);
  assert.equal(await introspection.isActive("other", "k"), false);
  clock.advance(1);
  assert.equal(await introspection.isActive("t", "j"), false);
  assert.deepEqual(asked, ["t", "other", "t"]);
});

test("many requests with one token are one question", async () => {
  const { asked, introspection } = createScene(active);
  await Promise.all(Array.from({ length: 100 }, () => introspection.isActive("t", "j")));
  assert.equal(asked.length, 1);
});

test("no more than 32 questions are under way; a caller that comes then is told to wait", async () => {
  const answers: (() => void)[] = [];
  const { asked, introspection } = createScene(
    () => new Promise((resolve) => answers.push(() => resolve(Response.json({ active: true })))),
  );
  const all = Array.from({ length: 50 }, (_, at) => introspection.isActive(`t${at}`, `j${at}`));
  const late = await Promise.allSettled(all.slice(MOST_IN_FLIGHT));
  assert.ok(late.every((one) => one.status === "rejected" && one.reason.reason === "revocations_unknown"));
  assert.equal(asked.length, MOST_IN_FLIGHT);
  for (const answer of answers) answer();
  assert.ok((await Promise.all(all.slice(0, MOST_IN_FLIGHT))).every((one) => one));
});

test("after five failures in a row no caller asks for two seconds, then one does", async () => {
  const { clock, asked, introspection, scene } = createScene(broken);
  for (let at = 0; at < 5; at += 1) await assert.rejects(introspection.isActive("t", "j"), unknown);
  await assert.rejects(introspection.isActive("t", "j"), { ...unknown, retryAfter: 2 });
  assert.equal(asked.length, 5);
  clock.advance(2000);
  const two = await Promise.allSettled([introspection.isActive("t", "j"), introspection.isActive("u", "k")]);
  assert.deepEqual(
    two.map(({ status }) => status),
    ["rejected", "rejected"],
  );
  assert.equal(asked.length, 6);
  scene.respond = active;
  clock.advance(2000);
  assert.equal(await introspection.isActive("t", "j"), true);
  assert.equal(await introspection.isActive("u", "k"), true);
});

test("an answer that says neither, or speaks of another token, is a failure and not a yes", async () => {
  for (const respond of [
    () => Response.json({}),
    () => Response.json({ active: "true" }),
    () => Response.json({ active: true, jti: "another" }),
    () => new Response("active"),
    () => new Response("", { status: 401 }),
    () => Promise.reject(new TypeError("fetch failed")),
  ]) {
    await assert.rejects(createScene(respond).introspection.isActive("t", "j"), unknown);
  }
});
