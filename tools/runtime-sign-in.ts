// What tools/check-runtimes.ts runs on each runtime, in a project with the packed packages: a back end with Express and
// SQLite, and where the runtime has a server of its own, Hufu's handler behind that. Prints what it saw.
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, connect } from "node:net";
import { createSimulatedWeChat } from "@hufu/simulator";
import express from "express";
import { createHufu } from "hufu";
import { authOf, createGuard, mount } from "hufu/express";
import { createHandler } from "hufu/web";

const APP = { appId: "wx-stranger", appSecret: "simulated" };
const wechat = createSimulatedWeChat({ apps: [APP] });
const platform = await wechat.listen();
const folder = mkdtempSync("hufu-");
const app = express();
const server = app.listen(0, "127.0.0.1");
await once(server, "listening");
const { port } = server.address() as AddressInfo;
const issuer = `http://127.0.0.1:${port}/auth`;
const hufu = await createHufu({
  issuer,
  secret: randomBytes(32).toString("hex"),
  database: `sqlite:${folder}/hufu.db`,
  apps: [{ ...APP, endpoint: platform.url }],
  roles: { member: ["order:read:own"] },
  defaultRoles: ["member"],
});
mount(app, hufu);
const guard = createGuard(hufu);
app.get("/orders", guard("order:read:own"), (request, response) => response.json({ sub: authOf(request).sub }));
app.use(guard.refusals);

type Fields = Readonly<Record<string, string>>;
interface Tokens {
  readonly access_token: string;
  readonly refresh_token: string;
}

const post = (path: string, fields: Fields, at = issuer): Promise<Response> =>
  fetch(at + path, { method: "POST", body: new URLSearchParams({ client_id: APP.appId, ...fields }) });
const token = async (fields: Fields, at?: string): Promise<Tokens> =>
  (await (await post("/oauth/token", fields, at)).json()) as Tokens;
const signIn = (at?: string): Promise<Tokens> =>
  token({ grant_type: "urn:hufu:grant-type:login-code", code: wechat.issueCode({ user: "alice" }) }, at);

async function orders(access: string): Promise<string | number> {
  const headers = { authorization: `Bearer ${access}` };
  const answer = await fetch(`http://127.0.0.1:${port}/orders`, { headers });
  return ((await answer.json()) as { readonly reason?: string }).reason ?? answer.status;
}

/** The token with another first character of its signature. */
function forged(access: string): string {
  const at = access.lastIndexOf(".") + 1;
  return `${access.slice(0, at)}${access[at] === "A" ? "B" : "A"}${access.slice(at + 1)}`;
}

/** Two credentials in one request, which no client library sends. */
async function askTwice(access: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  let said = "";
  socket.on("data", (chunk: Buffer) => {
    said += chunk.toString("utf8");
  });
  const line = `Authorization: Bearer ${access}\r\n`;
  socket.write(`GET /orders HTTP/1.1\r\nHost: localhost\r\n${line}${line}Connection: close\r\n\r\n`);
  await once(socket, "close");
  return /"reason":"(\w+)"/.exec(said)?.[1] ?? said.slice(0, 12);
}

type Handler = (request: Request) => Promise<Response>;
/** What is used of the servers that Bun and Deno have. */
interface Runtimes {
  readonly Bun?: { serve(options: { port: number; fetch: Handler }): { port: number; stop(now: boolean): unknown } };
  readonly Deno?: {
    serve(
      options: { port: number; onListen(): void },
      handle: Handler,
    ): { addr: { port: number }; shutdown(): unknown };
  };
}

/** Signs in through the runtime's own server. */
async function throughOwnServer(): Promise<string> {
  const handle = createHandler(hufu);
  const { Bun, Deno } = globalThis as Runtimes;
  const signedIn = async (at: number): Promise<string> =>
    typeof (await signIn(`http://127.0.0.1:${at}/auth`)).access_token;
  if (Bun !== undefined) {
    const own = Bun.serve({ port: 0, fetch: handle });
    const answer = await signedIn(own.port);
    await own.stop(true);
    return answer;
  }
  if (Deno === undefined) return "none";
  const own = Deno.serve({ port: 0, onListen: () => undefined }, handle);
  const answer = await signedIn(own.addr.port);
  await own.shutdown();
  return answer;
}

const first = await signIn();
const seen: Record<string, string | number> = { guard: await orders(first.access_token) };
const second = await token({ grant_type: "refresh_token", refresh_token: first.refresh_token });
seen["refreshed"] = await orders(second.access_token);
seen["forged"] = await orders(forged(second.access_token));
seen["twice"] = await askTwice(second.access_token);
seen["ownServer"] = await throughOwnServer();
await post("/oauth/revoke", { token: second.refresh_token });
seen["revoked"] = await orders(second.access_token);

server.close();
server.closeAllConnections();
await hufu.close();
await platform.close();
rmSync(folder, { recursive: true });
console.log(JSON.stringify(seen));
