import assert from "node:assert/strict";
import { test } from "node:test";
import { CLIENT } from "../feed/feed-server.fixture.ts";
import { clientClaims, createSetClock, ISSUER, sign } from "../issuer.fixture.ts";
import { createOwnToken } from "./own-token.ts";

function createScene(respond: () => Response | Promise<Response> = fresh) {
  const clock = createSetClock();
  const scene = { respond, asked: 0 };
  const ownToken = createOwnToken({
    ...CLIENT,
    issuer: ISSUER,
    endpoints: { find: async (name) => new URL(`https://api.example.com/${name}`) },
    clock,
    stop: new AbortController().signal,
    fetch: async (url, init) => {
      assert.equal(String(url), "https://api.example.com/token_endpoint");
      assert.equal(String(init?.body), "grant_type=client_credentials");
      scene.asked += 1;
      return scene.respond();
    },
  });
  return { clock, scene, ownToken };
}

const fresh = () => Response.json({ access_token: sign(clientClaims()), token_type: "Bearer", expires_in: 600 });
const broken = () => new Response("", { status: 503 });

test("one request serves all, until a fifth of the token's life is left or it is dropped", async () => {
  const { clock, scene, ownToken } = createScene();
  const [one, two] = await Promise.all([ownToken.get(), ownToken.get()]);
  assert.equal(one, two);
  clock.advance(479_999);
  assert.equal(await ownToken.get(), one);
  assert.equal(scene.asked, 1);
  clock.advance(1);
  const next = await ownToken.get();
  assert.notEqual(next, one);
  ownToken.drop(one);
  assert.equal(await ownToken.get(), next);
  ownToken.drop(next);
  assert.notEqual(await ownToken.get(), next);
});

test("while none is to be had, the old one serves to its end", async () => {
  const { clock, scene, ownToken } = createScene();
  const one = await ownToken.get();
  scene.respond = broken;
  clock.advance(599_999);
  assert.equal(await ownToken.get(), one);
  clock.advance(1);
  await assert.rejects(ownToken.get(), /status 503/);
});

test("what is no token, or another issuer's, is refused, and neither it nor the secret is quoted", async () => {
  const foreign = sign(clientClaims({ iss: "https://api.example.com/other" }));
  for (const [respond, message] of [
    [() => Response.json({ access_token: foreign, expires_in: 600 }), /another issuer/],
    [() => Response.json({ access_token: "opaque", expires_in: 600 }), /another issuer/],
    [() => Response.json({ access_token: sign(clientClaims()) }), /the answer has no access_token, or no expires_in/],
    [
      () => Response.json({ access_token: sign(clientClaims()), expires_in: "600" }),
      /the answer has no access_token, or no expires_in/,
    ],
    [() => Response.json({ expires_in: 600 }), /the answer has no access_token, or no expires_in/],
    [broken, /status 503/],
    [() => new Response("", { status: 401 }), /status 401/],
  ] as const) {
    await assert.rejects(createScene(respond).ownToken.get(), (error: Error) => {
      assert.match(error.message, message);
      assert.ok(!error.message.includes(CLIENT.clientSecret) && !error.message.includes(foreign));
      return true;
    });
  }
});
