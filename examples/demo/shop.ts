import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { createSimulatedWeChat, type SimulatedWeChat } from "@hufu/simulator";
import { createNaiveBackend, createNaiveTables, fillNaiveTables } from "../naive-openid/naive-openid.ts";
import { type BackendProcess, startBackend } from "./backend-process.ts";
import { openHostTables } from "./host-tables.ts";
import { createOperator, type Operator } from "./operator.ts";

/** Everything that the demo needs: a platform, a shop with Hufu, and the same shop as the question imagined it. */
export interface Shop {
  readonly wechat: SimulatedWeChat;
  readonly wechatUrl: string;
  /** Of the shop with Hufu. */
  readonly origin: string;
  /** Types a command of `hufu` about the shop with Hufu. */
  readonly operator: Operator;
  /** Of the shop that believes an openid. */
  readonly naiveOrigin: string;
  /** Ends the back end's process and starts it again, on the same port and the same files. */
  restart(how: "SIGTERM" | "SIGKILL", accessLife: string): Promise<void>;
  /** Ends all of it and removes its files. */
  close(): Promise<void>;
}

const USERS = [
  { id: 7, name: "boss", role: "admin" },
  { id: 42, name: "alice", role: "member" },
  { id: 43, name: "bob", role: "member" },
] as const;

const ORDERS = [
  { id: 1001, owner: 42, item: "green tea" },
  { id: 1002, owner: 42, item: "ink stone" },
  { id: 2001, owner: 43, item: "rice paper" },
] as const;

/** Starts it on free ports, with its files in a temporary folder. */
export async function openShop(): Promise<Shop> {
  const folder = mkdtempSync(join(tmpdir(), "hufu-demo-"));
  // However this process ends, its files go.
  const removeFolder = (): void => rmSync(folder, { recursive: true, force: true });
  process.once("exit", removeFolder);

  const wechat = createSimulatedWeChat({ apps: [{ appId: "wx-demo", appSecret: "demo" }] });
  const platform = await wechat.listen();
  const openids = new Map<string, string>(USERS.map(({ name }) => [name, wechat.openid({ user: name })]));

  const settings = {
    HOST_DATABASE: join(folder, "shop.db"),
    HUFU_DATABASE: join(folder, "hufu.db"),
    HUFU_SECRET: randomBytes(32).toString("base64url"),
    WX_SECRET: "demo",
    WX_ENDPOINT: platform.url,
  };
  fillShop(settings.HOST_DATABASE, openids);
  const naiveDatabase = naiveTables(openids);
  const naive = await listen(createServer(createNaiveBackend({ database: naiveDatabase })));
  let backend: BackendProcess = await startBackend(settings);
  const { origin } = backend;
  const config = join(folder, "hufu.json");
  writeFileSync(config, configText(origin, settings));

  return Object.freeze({
    wechat,
    wechatUrl: platform.url,
    origin,
    // What Node keeps of compiled commands goes with the rest of the files.
    operator: createOperator(config, { ...settings, NODE_COMPILE_CACHE: join(folder, "compiled") }),
    naiveOrigin: naive.origin,
    async restart(how: "SIGTERM" | "SIGKILL", accessLife: string): Promise<void> {
      await backend.stop(how);
      backend = await startBackend({ ...settings, PORT: new URL(origin).port, ACCESS_LIFE: accessLife });
    },
    async close(): Promise<void> {
      await backend.stop("SIGTERM");
      await platform.close();
      await naive.close();
      naiveDatabase.close();
      removeFolder();
      process.off("exit", removeFolder);
    },
  });
}

/** What the commands need to know of the back end; its secrets stay in the environment. */
function configText(
  origin: string,
  { HUFU_DATABASE, WX_ENDPOINT }: { HUFU_DATABASE: string; WX_ENDPOINT: string },
): string {
  return JSON.stringify({
    issuer: `${origin}/auth`,
    database: `sqlite:${HUFU_DATABASE}`,
    secret: "env:HUFU_SECRET",
    apps: [{ appId: "wx-demo", appSecret: "env:WX_SECRET", endpoint: WX_ENDPOINT }],
  });
}

function fillShop(file: string, openids: ReadonlyMap<string, string>): void {
  const tables = openHostTables(file);
  for (const { id, name, role } of USERS) tables.addUser({ id, openid: openids.get(name) ?? "", role });
  for (const order of ORDERS) tables.addOrder({ ...order, owner: `${order.owner}` });
  tables.close();
}

function naiveTables(openids: ReadonlyMap<string, string>): DatabaseSync {
  const database = new DatabaseSync(":memory:");
  createNaiveTables(database);
  fillNaiveTables(database, {
    users: USERS.map(({ id, name, role }) => ({ id, openid: openids.get(name) ?? "", roles: [role] })),
    orders: ORDERS,
  });
  return database;
}

async function listen(server: Server): Promise<{ readonly origin: string; close(): Promise<void> }> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  return {
    origin: `http://127.0.0.1:${port}`,
    async close(): Promise<void> {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
