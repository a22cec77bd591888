import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createTwoTokens } from "../../examples/two-tokens/two-tokens.ts";
import { send } from "../lab/http.ts";
import type { Fields, Session, Target } from "../lab/target.ts";
import { ORDERS } from "./orders.ts";

const openidOf = (user: string): string => `o-${user}-of-the-lab`;

/** Two tokens by jsonwebtoken, as tutorials write them. */
export async function startTwoTokens(): Promise<Target> {
  let clock = Date.now();
  const codes = new Map<string, string>();
  const { app, users } = createTwoTokens({
    now: () => clock,
    orders: ORDERS.map((order) => ({ ...order, owner: openidOf(order.owner) })),
    async exchange(code) {
      const openid = codes.get(code);
      codes.delete(code);
      return openid;
    },
  });
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const post = (path: string, fields: Fields): ReturnType<typeof send> =>
    send(`${url}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(fields),
    });
  const code = (user: string): string => {
    const fresh = randomUUID();
    codes.set(fresh, openidOf(user));
    return fresh;
  };
  const nothing = async (): Promise<void> => undefined;
  return {
    name: "two-tokens",
    url,
    capabilities: new Set(["tokens", "refresh", "codes", "sign-out", "kick", "ban", "close"]),
    clientId: "wx0000000000000001",
    backEnd: { id: "none", secret: "none" },
    redeemers: [],
    secrets: [],
    code,
    async signIn(user, fields = {}): Promise<Session> {
      const { json } = await post("/login", { ...fields, code: code(user) });
      return { user, openid: openidOf(user), access: String(json["access"]), refresh: String(json["refresh"]) };
    },
    exchange: (fields) => post("/login", fields),
    renew: (refresh, fields = {}) => post("/refresh", { refresh, ...fields }),
    credentials: ({ access }) => ({ authorization: `Bearer ${access}` }),
    ask: (path, headers = {}, init = {}) => send(`${url}${path}`, { ...init, headers }),
    askIssuer: (path, init) => send(`${url}${path}`, init),
    // The tutorial stores the ban and the end; no request reads them before the token expires.
    async kick({ openid }) {
      const user = users.get(openid);
      if (user !== undefined) user.refreshToken = undefined;
    },
    async ban({ openid }) {
      const user = users.get(openid);
      if (user !== undefined) user.banned = true;
    },
    async setRoles({ openid }, [role = "member"]) {
      const user = users.get(openid);
      if (user !== undefined) user.role = role;
    },
    async signOut({ openid }) {
      const user = users.get(openid);
      if (user !== undefined) user.refreshToken = undefined;
    },
    async close({ openid }) {
      users.delete(openid);
    },
    revokeKeys: nothing,
    publicJwk: async () => ({}),
    async pass(ms) {
      clock += ms;
    },
    log: () => "",
    dump: () => JSON.stringify([...users]),
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
