import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { DatabaseSync } from "node:sqlite";
import { createNaiveBackend, createNaiveTables, fillNaiveTables } from "../../examples/naive-openid/naive-openid.ts";
import { send } from "../lab/http.ts";
import type { Target } from "../lab/target.ts";
import { ORDERS, USERS } from "./orders.ts";

const openidOf = (user: string): string => `o-${user}-of-the-lab`;
const nothing = async (): Promise<void> => undefined;

/** The back end that the question began with: the openid in a header is the whole identity. */
export async function startNaiveOpenid(): Promise<Target> {
  const database = new DatabaseSync(":memory:");
  createNaiveTables(database);
  fillNaiveTables(database, {
    users: USERS.map((user, index) => ({ id: index + 1, openid: openidOf(user), roles: ["member"] })),
    orders: ORDERS.map(({ id, item }) => ({ id, owner: id, item })),
  });
  const server = createServer(createNaiveBackend({ database }));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const absent = (): never => {
    throw new TypeError("the naive back end has no such endpoint");
  };
  return {
    name: "naive-openid",
    url,
    capabilities: new Set(["sign-out", "kick", "ban", "close"]),
    clientId: "wx0000000000000001",
    backEnd: { id: "none", secret: "none" },
    redeemers: [],
    secrets: [],
    code: absent,
    signIn: async (user) => ({ user, openid: openidOf(user), access: "", refresh: "" }),
    exchange: absent,
    renew: absent,
    credentials: ({ openid }) => ({ "x-openid": openid }),
    ask: (path, headers = {}, init = {}) => send(`${url}${path}`, { ...init, headers }),
    askIssuer: absent,
    // Nothing of these exists: an openid cannot be ended.
    kick: nothing,
    ban: nothing,
    signOut: nothing,
    close: nothing,
    revokeKeys: nothing,
    async setRoles({ openid }, roles) {
      const id = Number(database.prepare("select id from users where openid = ?").get(openid)?.["id"]);
      database.prepare("delete from user_roles where user_id = ?").run(id);
      for (const role of roles) database.prepare("insert into user_roles values (?, ?)").run(id, role);
    },
    publicJwk: absent,
    pass: nothing,
    log: () => "",
    dump: () => JSON.stringify(database.prepare("select * from users, user_roles").all()),
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      database.close();
    },
  };
}
