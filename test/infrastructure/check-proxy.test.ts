import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { Server } from "node:net";
import { type TestContext, test } from "node:test";
import { deployment, runHufu, startHufu } from "../../server/src/cli/hufu.fixture.ts";
import { freePort } from "../../server/src/core/free-port.fixture.ts";
import { nginx } from "./shipped-proxy.fixture.ts";
import { makeTlsCertificate } from "./tls-certificate.fixture.ts";

const SECRET = "e0b1c67d94fa4c1b8d2f60a37c5e9b18";
const clients = [{ id: "orders-api", secret: SECRET, permissions: ["hufu.revocations:read"] }];
/** What the shipped nginx file does with every path but the token requests', and with those. */
const ALL = "location / {\n      proxy_pass http://hufu;";
const TOKENS = "location ~ /oauth/(?:token|revoke|introspect)$ {";

type Where = Awaited<ReturnType<typeof deployment>>;
type Found = readonly [what: string, level: string, text: string];

/** What `hufu check` finds about what stands before the server. */
async function findings(where: Where, env: Readonly<Record<string, string>> = {}): Promise<readonly Found[]> {
  const how = { ...where, env: { ...where.env, ...env } };
  const { out, err } = await runHufu(["check", "--config", "hufu.json", "--json"], how);
  assert.ok(!out.includes(SECRET));
  assert.ok(out.startsWith("{"), err);
  const { checks } = JSON.parse(out) as { checks: readonly { what: string; level: string; text: string }[] };
  return checks
    .filter(({ what }) => what === "issuer" || what === "feed")
    .map(({ what, level, text }) => [what, level, text] as const);
}

const levels = (found: readonly Found[]) => found.map(([what, level]) => [what, level]);

interface Behind {
  readonly where: Where;
  readonly issuer: string;
  readonly port: number;
}

/** A configuration for a server behind the shipped nginx file, which a team may have changed. */
async function behindNginx(
  t: TestContext,
  nginxChanges: Readonly<Record<string, string>> = {},
  listen: Readonly<Record<string, unknown>> = {},
): Promise<Behind> {
  const port = await freePort();
  const front = await nginx.start([port, port], nginxChanges);
  t.after(front.close);
  const issuer = `http://127.0.0.1:${front.port}/auth`;
  return { issuer, port, where: await deployment(t, { issuer, clients, listen: { port, ...listen } }) };
}

const serve = (where: Where) => startHufu(["serve", "--config", "hufu.json"], where);

test("behind the shipped file all is ok: issuer, keys and feed; without a server it says what to start", async (t) => {
  const { where, port } = await behindNginx(t);
  const [alone] = await findings(where);
  assert.deepEqual(alone?.slice(0, 2), ["issuer", "warning"]);
  const start = `no hufu serve answers at http://127.0.0.1:${port}/auth: start it, and check again`;
  assert.match(alone?.[2] ?? "", new RegExp(`answered 503: the proxy has no node .*\\(${start}\\)`));
  await serve(where);
  const ok = [
    ["issuer", "ok"],
    ["feed", "ok"],
  ];
  assert.deepEqual(levels(await findings(where)), ok);
});

const MISTAKES: readonly (readonly [instead: string, RegExp])[] = [
  ["location /auth/ {\n      proxy_pass http://hufu/;", /reaches hufu serve under another path: .*listen\.path/],
  ["location /auth/ {\n      return 404;", /answered 404, and not from hufu serve/],
  ['location / {\n      return 200 "<html>the shop</html>";', /answered by another program/],
  [
    "location / {\n      return 301 https://www.example.com$request_uri;",
    /redirects to https:\/\/www\.example\.com\/auth/,
  ],
  ["location / {\n      return 403;", /answered 403: something in front of hufu serve asks for credentials/],
];

test("a path that the proxy changes, keeps or answers itself is an error while the server runs", async (t) => {
  for (const [instead, text] of MISTAKES) {
    const { where } = await behindNginx(t, { [ALL]: instead });
    await serve(where);
    const [found, ...others] = await findings(where);
    assert.deepEqual(others, []);
    assert.equal(found?.[1], "error");
    assert.match(found?.[2] ?? "", text);
    assert.match(found?.[2] ?? "", /\(hufu serve itself answers at http:/);
  }
});

test("a proxy that takes the path off fits an empty listen.path; RFC 8414's own place is missed", async (t) => {
  const stripped = {
    [ALL]: "location /auth/ {\n      proxy_pass http://hufu/;",
    [TOKENS]: "location /nobody-asks {",
  };
  const { where } = await behindNginx(t, stripped, { path: "" });
  await serve(where);
  const found = await findings(where);
  const expected = [
    ["issuer", "ok"],
    ["issuer", "warning"],
    ["feed", "ok"],
  ];
  assert.deepEqual(levels(found), expected);
  assert.match(found[1]?.[2] ?? "", /oauth-authorization-server\/auth is not this server's metadata: .*RFC 8414/);
});

test("another deployment's answer is known by its issuer, or by its keys", async (t) => {
  const { where, issuer, port } = await behindNginx(t);
  const namesake = await serve(where);
  // The same issuer, and a database of its own, which has had keys since its first start.
  const mine = await deployment(t, { issuer, clients, listen: { port: await freePort() } });
  await serve(mine);
  const [metadata, keys] = await findings(mine);
  assert.equal(metadata?.[1], "ok");
  assert.deepEqual(keys?.slice(0, 2), ["issuer", "error"]);
  assert.match(keys?.[2] ?? "", /holds no key of this database: another deployment answers there/);
  namesake.child.kill("SIGKILL");
  await namesake.ended;

  const other = issuer.replace(/auth$/, "other");
  await serve(await deployment(t, { issuer: other, clients, listen: { port, path: "/auth" } }));
  const [foreign] = await findings(mine);
  assert.equal(foreign?.[1], "error");
  assert.match(foreign?.[2] ?? "", new RegExp(`says that the issuer is ${other}: write the same issuer on all nodes`));
});

test("a proxy that holds the feed back, or drops the Authorization header, is an error that says so", async (t) => {
  const cases: readonly (readonly [Readonly<Record<string, string>>, RegExp])[] = [
    [
      {
        "proxy_buffering off;":
          "proxy_buffering on; proxy_ignore_headers X-Accel-Buffering; gzip on; gzip_types text/event-stream;",
      },
      /revocations is held back, nothing arrived within 4 s: .*proxy_buffering off/,
    ],
    [
      { "proxy_buffering off;": 'proxy_buffering off; proxy_set_header Authorization "";' },
      /oauth\/token answered 401 to the client orders-api: .*the proxy drops the Authorization header/,
    ],
  ];
  for (const [changes, text] of cases) {
    const { where } = await behindNginx(t, changes);
    await serve(where);
    const found = await findings(where);
    const expected = [
      ["issuer", "ok"],
      ["feed", "error"],
    ];
    assert.deepEqual(levels(found), expected);
    assert.match(found[1]?.[2] ?? "", text);
  }
});

async function portOf(t: TestContext, server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

test("a certificate that phones refuse, and a port without TLS, are errors whether or not a server runs", async (t) => {
  const tls = makeTlsCertificate("DNS:elsewhere.example", "nobody");
  t.after(tls.remove);
  const secure = createTlsServer({ cert: readFileSync(tls.certificate), key: readFileSync(tls.key) });
  const httpsPort = await portOf(t, secure);
  const plainPort = await portOf(t, createServer());
  const cases: readonly (readonly [number, Readonly<Record<string, string>>, RegExp])[] = [
    [httpsPort, {}, /its certificate is not trusted: let the proxy send the whole chain/],
    [httpsPort, { NODE_EXTRA_CA_CERTS: tls.authority }, /its certificate is for another name than the issuer's/],
    [plainPort, {}, /no TLS is spoken there, and issuer is https/],
  ];
  for (const [port, env, text] of cases) {
    const where = await deployment(t, { issuer: `https://localhost:${port}/auth`, listen: { port: 0 } });
    const [found] = await findings(where, env);
    assert.equal(found?.[1], "error");
    assert.match(found?.[2] ?? "", text);
  }
});
