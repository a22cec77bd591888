// A small shop that existed before Hufu: its own users, its own orders, Express. What Hufu adds is marked.
import { once } from "node:events";
import { createServer } from "node:http";
import express, { type Request } from "express";
import { createHufu } from "hufu";
import { authOf, createGuard, mount } from "hufu/express";
import { openHostTables } from "./host-tables.ts";

function setting(name: string, otherwise?: string): string {
  const value = process.env[name] ?? otherwise;
  if (value === undefined) throw new TypeError(`${name} is not set`);
  return value;
}

/** Hufu's own administration; no wildcard covers it. */
const SUPPORT = ["hufu.users:read", "hufu.users:write", "hufu.sessions:read"];

const tables = openHostTables(setting("HOST_DATABASE"));
const app = express();
const server = createServer(app).listen(Number(setting("PORT", "0")), "127.0.0.1");
await once(server, "listening");
const address = server.address();
const origin = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;

// Hufu: who may sign in, what roles allow, and whom the shop knows by an openid.
const hufu = await createHufu({
  issuer: `${origin}/auth`,
  secret: setting("HUFU_SECRET"),
  database: `sqlite:${setting("HUFU_DATABASE")}`,
  apps: [{ appId: "wx-demo", appSecret: setting("WX_SECRET"), endpoint: setting("WX_ENDPOINT") }],
  tokens: { access: setting("ACCESS_LIFE", "10m") },
  // All phones of the demo call from one address.
  limits: false,
  roles: { member: ["order:read:own"], admin: ["order:read:all", "staff:manage", ...SUPPORT] },
  resolveUser: ({ openid }) => {
    const { id, role } = tables.userOf(openid);
    return { userId: id, roles: [role] };
  },
});
mount(app, hufu);
const guard = createGuard(hufu);

app.get("/orders", guard("order:read:own"), (request, response) => {
  const filter = authOf(request).ownerFilter("order:read");
  response.json({ orders: filter.reach === "all" ? tables.orders() : tables.orders(filter.owner) });
});

const ownerOfOrder = (request: Request<{ id: string }>) => tables.order(request.params.id)?.owner;

app.get("/orders/:id", guard("order:read", { owner: ownerOfOrder }), (request: Request<{ id: string }>, response) => {
  const order = tables.order(request.params.id);
  if (order === undefined) response.status(404).json({ error: "no such order" });
  else response.json(order);
});

app.put("/staff/users/:uid/roles", express.json(), guard("staff:manage"), async (request, response) => {
  const { uid } = request.params;
  const { roles }: { roles?: unknown } = request.body ?? {};
  if (typeof uid !== "string" || !Array.isArray(roles)) {
    response.status(400).json({ error: "roles: a list is wanted" });
    return;
  }
  const user = await hufu.users.setRoles({ externalId: uid }, roles.map(String), { by: authOf(request).sub });
  response.json({ roles: user.roles });
});

app.delete("/staff/users/:uid/sessions", guard("staff:manage"), async (request, response) => {
  const { uid } = request.params;
  const by = authOf(request).sub;
  response.json({ ended: typeof uid === "string" ? await hufu.sessions.kickAll({ externalId: uid }, { by }) : 0 });
});

app.post("/staff/links", express.json(), guard("staff:manage"), async (request, response) => {
  const { from, into }: { from?: unknown; into?: unknown } = request.body ?? {};
  if (typeof from !== "string" || typeof into !== "string") {
    response.status(400).json({ error: "from, into: two ids are wanted" });
    return;
  }
  const by = authOf(request).sub;
  const { id, move } = await hufu.users.link({ externalId: from }, { externalId: into }, { by });
  response.json({ move: id, moved: move.identities.length });
});

app.delete("/staff/links/:id", guard("staff:manage"), async (request: Request<{ id: string }>, response) => {
  const { identities } = await hufu.users.undoMove(request.params.id, { by: authOf(request).sub });
  response.json({ moved: identities.length });
});

app.use(guard.refusals);

console.log(origin);

async function stop(): Promise<void> {
  server.close();
  server.closeIdleConnections();
  await hufu.close();
  tables.close();
}
for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void stop());
