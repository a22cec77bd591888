import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createHttp } from "../create-http.ts";
import { ADMINISTRATOR, APP_ID, BACK_END, type RealHufu, startRealHufu } from "../hufu.fixture.ts";
import { createOpenApi, OPERATIONS } from "./create-openapi.ts";
import type { Access } from "./operation.ts";

const ISSUER = "http://localhost";

/** The parts of JSON Schema that say what a text or a list may be. */
interface Bounds {
  readonly $ref?: string;
  readonly anyOf?: readonly Bounds[];
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Bounds>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly items?: Bounds;
}

const document = createOpenApi(ISSUER);

function resolved(bounds: Bounds): Bounds {
  const name = bounds.$ref?.split("/").at(-1);
  return name === undefined ? bounds : (document.components.schemas[name] as Bounds);
}

/** A value that fits, for members that are not the one in question. */
const SAMPLES: Readonly<Record<string, unknown>> = {
  client_id: APP_ID,
  attempt_id: "a".repeat(16),
  phone: "+8613800138000",
  sid: `s_${"A".repeat(22)}`,
  roles: ["member"],
  permissions: ["order:read"],
  parameters: { order: "1" },
};

function sample(name: string, bounds: Bounds): unknown {
  return bounds.const ?? bounds.enum?.[0] ?? SAMPLES[name] ?? "sample";
}

/** Values that the description excludes. */
function violations(bounds: Bounds): unknown[] {
  const { maxLength, maxItems, pattern, enum: words, items } = bounds;
  const one = items === undefined ? undefined : violations(resolved(items));
  return [
    ...(maxLength === undefined ? [] : ["x".repeat(maxLength + 1)]),
    ...(pattern === undefined && words === undefined ? [] : ["no such: \u{7f}"]),
    ...(maxItems === undefined ? [] : [Array.from({ length: maxItems + 1 }, () => "member")]),
    ...(one ?? []).map((value) => [value]),
  ];
}

let real: RealHufu;
let ask: (path: string, init: RequestInit) => Promise<Response>;
const tokens = new Map<Access["kind"], string>();

before(async () => {
  real = await startRealHufu(ISSUER);
  const { fetch } = createHttp(real.hufu);
  ask = async (path, init) => fetch(new Request(ISSUER + path, init));
  const grant = async (fields: Readonly<Record<string, string>>): Promise<string> => {
    const answer = await ask("/oauth/token", { method: "POST", body: new URLSearchParams(fields) });
    return ((await answer.json()) as { access_token: string }).access_token;
  };
  const own = ({ id, secret }: { readonly id: string; readonly secret: string }): Promise<string> =>
    grant({ grant_type: "client_credentials", client_id: id, client_secret: secret });
  tokens.set("backEnd", await own(BACK_END));
  tokens.set("administrator", await own(ADMINISTRATOR));
  const code = real.code();
  tokens.set("user", await grant({ grant_type: "urn:hufu:grant-type:login-code", client_id: APP_ID, code }));
});
after(() => real.close());

test("what the description of a body excludes is refused by the endpoint", async () => {
  let tried = 0;
  for (const [path, methods] of Object.entries(OPERATIONS)) {
    for (const [method, { access, body }] of Object.entries(methods)) {
      const [type] = Object.keys(body ?? {});
      if (type === undefined) continue;
      const operation = document.paths[path]?.[method.toLowerCase()] as {
        readonly requestBody: { readonly content: Readonly<Record<string, { readonly schema: Bounds }>> };
      };
      const whole = resolved(operation.requestBody.content[type]?.schema ?? {});
      for (const one of (whole.anyOf ?? [whole]).map(resolved)) {
        for (const [name, bounds] of Object.entries(one.properties ?? {})) {
          for (const wrong of violations(resolved(bounds))) {
            const members = Object.entries(one.properties ?? {})
              .filter(([other]) => one.required?.includes(other))
              .map(([other, its]) => [other, sample(other, resolved(its))]);
            const sent = { ...Object.fromEntries(members), [name]: wrong };
            const answer = await send(path, method, access, type, sent);
            const { reason } = (await answer.json()) as { reason: string };
            const expected = name === "client_id" ? ["client_unknown", "parameter_invalid"] : ["parameter_invalid"];
            assert.ok(expected.includes(reason), `${method} ${path}, ${name}: ${answer.status} ${reason}`);
            tried += 1;
          }
        }
      }
    }
  }
  assert.ok(tried > 30, `${tried} values were tried`);
});

test("a member that the description of a closed body does not name is refused", async () => {
  for (const [path, methods] of Object.entries(OPERATIONS)) {
    for (const [method, { access, body }] of Object.entries(methods)) {
      if (access.kind !== "administrator" || body === undefined) continue;
      const answer = await send(path, method, access, "application/json", { no_such_member: 1 });
      assert.equal(((await answer.json()) as { reason: string }).reason, "parameter_invalid", `${method} ${path}`);
    }
  }
});

function send(path: string, method: string, { kind }: Access, type: string, members: object): Promise<Response> {
  const token = tokens.get(kind);
  const basic = `Basic ${btoa(`${BACK_END.id}:${encodeURIComponent(BACK_END.secret)}`)}`;
  const authorization = token === undefined ? (kind === "confidential" ? basic : undefined) : `Bearer ${token}`;
  const headers = { "content-type": type, ...(authorization === undefined ? {} : { authorization }) };
  const at = path.replace("{id}", `u_${"A".repeat(22)}`).replace("{name}", "member");
  const fields = Object.entries(members).map(([name, value]): [string, string] => [name, String(value)]);
  const text = type === "application/json" ? JSON.stringify(members) : new URLSearchParams(fields).toString();
  return ask(at, { method, headers, body: text });
}
