import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { HufuError } from "../../core/errors/errors.ts";
import { APP_ID, type RealHufu, startRealHufu } from "../../http/hufu.fixture.ts";
import { createGuard, createHandler } from "./index.ts";

let real: RealHufu;
before(async () => {
  real = await startRealHufu("http://localhost/auth");
});
after(() => real.close());

const LOGIN_CODE = "urn:hufu:grant-type:login-code";

async function authorized(): Promise<Request> {
  const body = new URLSearchParams({ grant_type: LOGIN_CODE, client_id: APP_ID, code: real.code() });
  const signIn = new Request("http://localhost/auth/oauth/token", { method: "POST", body });
  const answer: unknown = await (await createHandler(real.hufu)(signIn)).json();
  const { access_token: token } = answer as { access_token: string };
  return new Request("http://localhost/orders", { headers: { authorization: `Bearer ${token}` } });
}

test("the handler knows its own paths by their text, and answers 404 for others", async () => {
  const handle = createHandler(real.hufu);
  for (const [path, owned, status] of [
    ["/auth/healthz", true, 200],
    ["/auth/nothing", true, 404],
    ["/.well-known/oauth-authorization-server/auth", true, 200],
    ["/orders", false, 404],
    ["/%61uth/healthz", false, 404],
    ["/authors", false, 404],
  ] as const) {
    const request = new Request(`http://localhost${path}`);
    assert.deepEqual([path, handle.owns(request), (await handle(request)).status], [path, owned, status]);
  }
});

test("the address of the connection counts where the runtime tells it", async () => {
  const asked: (string | undefined)[] = [];
  const limits = {
    ...real.hufu.limits,
    addressOf: (peer: string | undefined) => {
      asked.push(peer);
      return peer;
    },
  };
  const handle = createHandler({ ...real.hufu, limits });
  await handle(new Request("http://localhost/auth/healthz"), "203.0.113.9");
  await handle(new Request("http://localhost/auth/healthz"));
  assert.deepEqual(asked, ["203.0.113.9", undefined]);
});

test("a guarded handler gets the caller, and what the framework hands on", async () => {
  const guard = createGuard(real.hufu);
  const show = guard("order:read:own", async (_request, auth, { params }: { params: Promise<{ id: string }> }) =>
    Response.json({ kind: auth.kind, id: (await params).id }),
  );
  const response = await show(await authorized(), { params: Promise.resolve({ id: "7" }) });
  assert.deepEqual([response.status, await response.json()], [200, { kind: "user", id: "7" }]);
});

test("a refusal that a handler throws at once or later is answered; a fault goes to the framework", async () => {
  const guard = createGuard(real.hufu);
  const request = await authorized();
  const refusal = new HufuError("permission_denied", { scope: "secret:read" });
  for (const handler of [
    (): never => {
      throw refusal;
    },
    (): Promise<never> => Promise.reject(refusal),
  ]) {
    const response = await guard(undefined, handler)(request);
    assert.deepEqual([response.status, response.headers.get("hufu-reason")], [403, "permission_denied"]);
  }
  const fault = new Error("the host's own");
  const fails = guard(undefined, () => Promise.reject(fault));
  await assert.rejects(async () => fails(request), fault);
  assert.equal(guard.refusal(fault, request), undefined);
  assert.equal((await guard.refusal(refusal, request))?.status, 403);
});

test("a body that breaks off behind the guard is the framework's to end", async () => {
  const guard = createGuard(real.hufu);
  const fault = new HufuError("permission_denied");
  const broken = guard(undefined, () => new Response(new ReadableStream({ pull: () => Promise.reject(fault) })));
  const response = await broken(await authorized());
  assert.equal(response.status, 200);
  await assert.rejects(response.text(), fault);
});

test("the host's own words may come later, and may fail without letting a request through", async () => {
  const words = createGuard(real.hufu, { onRefused: async (error) => new Response(error.reason) });
  const refused = await words("order:read", () => new Response("through"))(new Request("http://localhost/orders"));
  assert.deepEqual([refused.status, await refused.text()], [401, "token_missing"]);
  assert.equal(refused.headers.get("www-authenticate"), 'Bearer realm="hufu"');
  const fault = new Error("the host's own");
  const fails = createGuard(real.hufu, { onRefused: () => Promise.reject(fault) });
  const guarded = fails("order:read", () => new Response("through"));
  await assert.rejects(async () => guarded(new Request("http://localhost/orders")), fault);
});

test("own words that are no response are an error that says so, and let no request through", async () => {
  const told =
    /^TypeError: createGuard: options\.onRefused: expected a function that returns a Response, got undefined$/;
  const request = new Request("http://localhost/orders");
  for (const nothing of [(): unknown => undefined, async (): Promise<unknown> => undefined]) {
    const words = createGuard(real.hufu, { onRefused: nothing as () => Response });
    const guarded = words("order:read", () => assert.fail("let through"));
    await assert.rejects(async () => guarded(request), told);
  }
});

test("a response carries the next nonce, though its headers are immutable", async () => {
  const auth = await real.hufu.verifier.check((await authorized()).headers.get("authorization") ?? "");
  const guard = createGuard({
    async check(_authorization, presented) {
      presented?.().offerNonce?.("nonce_1");
      return auth;
    },
  });
  const guarded = guard(undefined, () => Response.redirect("http://localhost/elsewhere"));
  const response = await guarded(new Request("http://localhost/orders", { headers: { authorization: "DPoP x" } }));
  const { status, headers } = response;
  assert.deepEqual(
    [status, headers.get("location"), headers.get("dpop-nonce")],
    [302, "http://localhost/elsewhere", "nonce_1"],
  );
});
