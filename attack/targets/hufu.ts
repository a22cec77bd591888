import { hash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { createSimulatedWeChat } from "@hufu/simulator";
import express from "express";
import { createHufu } from "hufu";
import { authOf, createGuard, mount } from "hufu/express";
import { HUFU_PERMISSIONS } from "../../server/src/access/hufu-permissions.ts";
import { createTestClock } from "../../test/stack/clock.fixture.ts";
import { settle } from "../../test/stack/stack.fixture.ts";
import { basic, form, send } from "../lab/http.ts";
import type { Target } from "../lab/target.ts";
import { ORDERS, orderOf, PRICE } from "./orders.ts";

const APP_ID = "wx0000000000000001";
const OTHER_APP_ID = "wx0000000000000002";
const LOGIN_CODE = "urn:hufu:grant-type:login-code";

/** Hufu in an Express application, on SQLite, with a simulated WeChat and a clock that the lab moves. */
export async function startHufu(): Promise<Target> {
  const clock = createTestClock(Date.now());
  const appSecret = hash("sha256", "the app of the lab", "hex");
  const secret = hash("sha512", "the deployment of the lab", "hex");
  const backEnd = { id: "orders-api", secret: hash("sha256", "the back end of the lab", "hex") };
  const redeemers = ["payments", "refunds"].map((id) => ({ id, secret: hash("sha256", `${id} of the lab`, "hex") }));
  const folder = mkdtempSync(join(tmpdir(), "hufu-attack-"));
  const wechat = createSimulatedWeChat({
    apps: [APP_ID, OTHER_APP_ID].map((appId) => ({ appId, appSecret })),
    loginsPerMinute: Number.POSITIVE_INFINITY,
    clock,
  });
  const platform = await wechat.listen();
  // As deployed: Express tells a stack trace to nobody.
  const app = express().set("env", "production");
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const issuer = `${url}/auth`;
  const logged: string[] = [];
  const note = (fields: object, message: string): void =>
    void logged.push(`${message} ${inspect(fields, { depth: 12 })}`);
  const hufu = await createHufu({
    issuer,
    secret,
    database: `sqlite:${join(folder, "hufu.db")}`,
    apps: [APP_ID, OTHER_APP_ID].map((appId) => ({ appId, appSecret, endpoint: platform.url })),
    clients: [
      { ...backEnd, permissions: ["hufu.tokens:introspect", "hufu.revocations:read"] },
      ...redeemers.map((redeemer) => ({ ...redeemer, permissions: ["hufu.tickets:redeem"] })),
    ],
    rolesFrom: "hufu",
    roles: {
      member: ["order:read:own"],
      admin: ["order:read:all"],
      everything: ["*:*"],
      root: HUFU_PERMISSIONS,
      support: ["hufu.users:read", "hufu.sessions:read"],
      keeper: ["hufu.users:read", "hufu.users:write"],
      editor: ["hufu.roles:read", "hufu.roles:write"],
    },
    defaultRoles: ["member"],
    resolveUser: async () => ({}),
    log: { debug: note, info: note, warn: note, error: note },
    environment: { clock, pause: clock.pause },
  });
  mount(app, hufu);
  // Every attack also meets a verifier of before, one that would trust an openid.
  const trusting = (credential: string) =>
    /^o[\w-]{20,40}$/.test(credential) ? { userId: credential, permissions: ["order:read:own"] } : null;
  const guard = createGuard(hufu, { legacy: trusting, until: "2126-01-01T00:00:00Z" });
  const ownerOf = new Map<string, string>();
  app.get("/orders", guard("order:read:own"), (request, response) => {
    const owner = ownerOf.get(authOf(request).sub);
    response.json({ orders: ORDERS.filter((order) => order.owner === owner) });
  });
  const ownerOfOrder = (id: unknown): string => {
    const order = ORDERS.find((each) => String(each.id) === id);
    return [...ownerOf].find(([, user]) => user === order?.owner)?.[0] ?? "";
  };
  app.get(
    "/orders/:id",
    guard("order:read:own", { owner: (request) => ownerOfOrder(request.params?.["id"]) }),
    (request, response) => {
      response.json(ORDERS.find(({ id }) => String(id) === request.params["id"]));
    },
  );
  app.get("/admin/orders", guard("order:read:all"), (_request, response) => {
    response.json({ orders: ORDERS });
  });
  app.get("/profile", guard(), (request, response) => {
    response.json({ id: authOf(request).sub });
  });
  const paidBy = new Map<string, string>();
  app.put("/orders/:id/payment", express.json(), guard("order:read:own"), async (request, response) => {
    const order = Number(request.params["id"]);
    const { jti } = await hufu.tickets.redeem(authOf(request), {
      ticket: String(request.body?.ticket),
      operation: "order.pay",
      parameters: { order, amount: PRICE },
      redeemId: `order-${order}`,
    });
    const payer = `${authOf(request).sid} ${order}`;
    const isFirst = !paidBy.has(payer);
    if (isFirst) paidBy.set(payer, jti);
    response.json({ paid: isFirst ? "now" : "before" });
  });
  app.all(
    "/payments",
    guard("order:read:own", { proof: true, body: "digest" }),
    express.json(),
    (request, response) => {
      response.json({ paid: request.body });
    },
  );
  app.all(
    "/coupons",
    guard("order:read:own", { requestMac: true, body: "digest" }),
    express.json(),
    (request, response) => {
      response.json({ used: request.body });
    },
  );
  app.get("/recent", guard("order:read:own", { maxAge: 300 }), (_request, response) => {
    response.json({ recent: true });
  });
  app.get("/vault", guard("order:read:own", { acr: "soter", maxAge: 300 }), (_request, response) => {
    response.json({ open: true });
  });
  app.use(guard.refusals);

  const post = (fields: Readonly<Record<string, string>>): ReturnType<typeof send> =>
    send(`${issuer}/oauth/token`, form(fields));
  const ids = new WeakMap<object, string>();
  const idOf = (session: object): string => ids.get(session) ?? "";
  const dump = (): string =>
    readdirSync(folder)
      .map((name) => readFileSync(join(folder, name), "latin1"))
      .join("\n");

  const target: Target = {
    name: "hufu",
    url,
    capabilities: new Set([
      "tokens",
      "refresh",
      "codes",
      "revocation-endpoint",
      "introspection",
      "clients",
      "own-sessions",
      "jwks",
      "proofs",
      "request-macs",
      "step-up",
      "sign-out",
      "kick",
      "ban",
      "close",
      "administration",
      "key-revocation",
      "tickets",
    ]),
    clientId: APP_ID,
    backEnd,
    redeemers,
    secrets: [appSecret, secret, ...[backEnd, ...redeemers].map((one) => one.secret)],
    finger: (user, json) => wechat.signSoter({ appId: APP_ID, user, json }),
    userKey: (user, rotate) => (rotate ? wechat.rotateUserKey : wechat.userKey)({ appId: APP_ID, user }),
    code: (user) => wechat.issueCode({ appId: APP_ID, user }),
    async signIn(user, fields = {}) {
      const answer = await target.exchange({ code: target.code(user), ...fields });
      if (answer.status !== 200) throw new Error(`the lab cannot sign in: ${answer.status} ${answer.text}`);
      const access = String(answer.json["access_token"]);
      const claims = JSON.parse(Buffer.from(access.split(".")[1] ?? "", "base64url").toString());
      ownerOf.set(claims.sub, orderOf(user).owner);
      const session = { user, openid: claims.openid, access, refresh: String(answer.json["refresh_token"]) };
      ids.set(session, claims.sub);
      return session;
    },
    exchange: (fields) => post({ grant_type: LOGIN_CODE, client_id: APP_ID, ...fields }),
    renew: (refresh, fields = {}) =>
      post({ grant_type: "refresh_token", client_id: APP_ID, refresh_token: refresh, ...fields }),
    credentials: ({ access }) => ({ authorization: `Bearer ${access}` }),
    ask: (path, headers = {}, init = {}) => send(`${url}${path}`, { ...init, headers }),
    askIssuer: (path, init) => send(`${issuer}${path}`, init),
    async kick(session) {
      await hufu.sessions.kickAll(idOf(session), { reason: "the lab" });
    },
    async ban(session) {
      await hufu.users.ban(idOf(session), { reason: "the lab" });
    },
    async setRoles(session, roles) {
      await hufu.users.setRoles(idOf(session), roles);
    },
    async signOut({ refresh }) {
      await send(`${issuer}/oauth/revoke`, form({ client_id: APP_ID, token: refresh }));
    },
    async close(session) {
      await hufu.users.close(idOf(session));
    },
    async revokeKeys() {
      for (const { kid } of await hufu.keys.list()) await hufu.keys.revoke(kid);
    },
    async publicJwk() {
      const { json } = await send(`${issuer}/.well-known/jwks.json`);
      const [first] = json["keys"] as readonly Readonly<Record<string, unknown>>[];
      return first ?? {};
    },
    async pass(ms) {
      clock.pass(ms);
      await settle();
    },
    log: () => logged.join("\n"),
    dump,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await hufu.close();
      await platform.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return target;
}

/** A back end's own access token. */
export async function backEndToken(target: Target): Promise<string> {
  const { json } = await target.askIssuer("/oauth/token", {
    ...form({ grant_type: "client_credentials" }),
    headers: { authorization: basic(target.backEnd) },
  });
  return String(json["access_token"]);
}
