import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { Validator } from "@seriousme/openapi-schema-validator";
import { REASONS, type Reason } from "../../core/errors/reasons.ts";
import { createHttp } from "../create-http.ts";
import { BACK_END, POOR_BACK_END, type RealHufu, startRealHufu } from "../hufu.fixture.ts";
import { createRouter } from "../router.ts";
import { createOpenApi, OPERATIONS } from "./create-openapi.ts";
import { assertDescribed } from "./described.fixture.ts";
import { refusalsByStatus } from "./described-answers.ts";

const ISSUER = "http://localhost";
/** Guards of a back end give them, and no endpoint of Hufu: none asks for a MAC. */
const OF_GUARDS: readonly Reason[] = ["mac_missing", "mac_invalid", "mac_replayed", "mac_nonce", "session_key_stale"];

describe("the OpenAPI document", () => {
  let real: RealHufu;
  let ask: (path: string, init?: RequestInit) => Promise<Response>;
  before(async () => {
    real = await startRealHufu(ISSUER);
    const { fetch } = createHttp(real.hufu);
    ask = async (path, init) => fetch(new Request(ISSUER + path, init));
  });
  after(() => real.close());

  const tokenOf = async ({ id, secret }: { readonly id: string; readonly secret: string }): Promise<string> => {
    const body = new URLSearchParams({ grant_type: "client_credentials", client_id: id, client_secret: secret });
    const answer = (await (await ask("/oauth/token", { method: "POST", body })).json()) as { access_token: string };
    return answer.access_token;
  };

  test("fits the schema of OpenAPI 3.1", async () => {
    const validator = new Validator();
    const { valid, errors } = await validator.validate(structuredClone({ ...createOpenApi(ISSUER) }));
    assert.ok(valid, JSON.stringify(errors, undefined, 1));
    assert.equal(validator.version, "3.1");
  });

  test("describes every route that is registered with its methods, and no other", async () => {
    const served = new Map<string, string>();
    for (const pattern of createRouter(real.hufu).patterns) {
      const path = pattern.replaceAll(/:([a-z]+)/g, "{$1}");
      const answer = await ask(path, { method: "OPTIONS" });
      served.set(path, answer.headers.get("allow") ?? "");
    }
    const described = new Map(
      Object.entries(createOpenApi(ISSUER).paths).map(([path, { parameters: _, ...methods }]) => [
        path,
        Object.keys(methods)
          .flatMap((method) => (method === "get" ? ["GET", "HEAD"] : [method.toUpperCase()]))
          .join(", "),
      ]),
    );
    assert.deepEqual(new Map([...described].sort()), new Map([...served].sort()));
  });

  test("names every reason that an endpoint gives, each at one operation at least", () => {
    const named = new Set(
      Object.values(OPERATIONS).flatMap((methods) =>
        Object.values(methods).flatMap((operation) => [...refusalsByStatus(operation).values()].flat()),
      ),
    );
    assert.deepEqual(
      REASONS.filter((reason) => !named.has(reason)),
      OF_GUARDS,
    );
  });

  test("names the permission that each operation asks for", async () => {
    const token = await tokenOf(POOR_BACK_END);
    for (const [path, methods] of Object.entries(OPERATIONS)) {
      for (const [method, { access }] of Object.entries(methods)) {
        if (!("permission" in access)) continue;
        const answer = await ask(path, { method, headers: { authorization: `Bearer ${token}` } });
        const text = await answer.text();
        assert.equal(answer.status, 403, `${method} ${path}: ${text}`);
        assert.match(answer.headers.get("www-authenticate") ?? "", new RegExp(`scope="${access.permission}"`));
        assertDescribed({ method, path, status: 403, headers: Object.fromEntries(answer.headers), text });
      }
    }
  });

  test("stands in the repository as it is", () => {
    const file = new URL("../../../../docs/reference/openapi.json", import.meta.url);
    assert.deepEqual(
      JSON.parse(readFileSync(file, "utf8")),
      JSON.parse(JSON.stringify(createOpenApi("https://api.example.com/auth"))),
      "write it anew: node --conditions=@hufu/source server/bin/hufu.js openapi > docs/reference/openapi.json && npm run fix",
    );
  });

  test("is served below the issuer without credentials, and kept by its ETag", async () => {
    const answer = await ask("/openapi.json");
    assert.deepEqual([answer.status, answer.headers.get("content-type")], [200, "application/json"]);
    assert.equal(answer.headers.get("cache-control"), "public, max-age=300");
    assert.deepEqual(await answer.json(), JSON.parse(JSON.stringify(createOpenApi(ISSUER))));
    const again = await ask("/openapi.json", { headers: { "if-none-match": answer.headers.get("etag") ?? "" } });
    assert.equal(again.status, 304);
  });

  test("names the public address, even if a proxy changes the path", async () => {
    const below = await startRealHufu("https://api.example.com/api/auth");
    try {
      const { fetch } = createHttp(below.hufu, { path: "" });
      const answer = await fetch(new Request("http://10.0.0.7/openapi.json"));
      const { servers } = (await answer.json()) as { servers: unknown };
      assert.deepEqual(servers, [{ url: "https://api.example.com/api/auth" }]);
    } finally {
      await below.close();
    }
  });

  test("a body without the members that it needs is parameter_missing everywhere", async () => {
    const token = await tokenOf(BACK_END);
    for (const [path, methods] of Object.entries(OPERATIONS)) {
      for (const [method, { body, access }] of Object.entries(methods)) {
        if (body === undefined || access.kind === "administrator" || access.kind === "user") continue;
        const [type = ""] = Object.keys(body);
        const credentials =
          access.kind === "backEnd" ? `Bearer ${token}` : `Basic ${btoa(`${BACK_END.id}:${BACK_END.secret}`)}`;
        const headers = { "content-type": type, authorization: credentials };
        const sent = type === "application/json" ? "{}" : "";
        const answer = await ask(path, { method, headers, body: sent });
        const { reason } = (await answer.json()) as { reason: string };
        assert.deepEqual([answer.status, reason], [400, "parameter_missing"], `${method} ${path}`);
      }
    }
  });
});
