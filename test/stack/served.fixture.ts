import { hash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getRequestListener } from "@hono/node-server";
import { createSimulatedWeChat, type SimulatedWeChat } from "@hufu/simulator";
import { createHufu, type Hufu, type HufuOptions } from "hufu";
import { createHttp } from "hufu/http";

/** A Hufu that answers on a port of this machine, with a simulated platform beside it. */
export interface ServedHufu {
  readonly issuer: string;
  readonly hufu: Hufu;
  readonly wechat: SimulatedWeChat;
  readonly close: () => Promise<void>;
}

export const APP_ID = "wx0000000000000001";
export const BACKEND = { id: "orders-api", secret: hash("sha256", "orders-api of a test", "base64url") };

/** Starts all of it; every option can be replaced. */
export async function serveHufu(options: Partial<HufuOptions> = {}): Promise<ServedHufu> {
  const folder = await mkdtemp(join(tmpdir(), "hufu-served-"));
  const appSecret = hash("sha256", "the app of a test", "hex");
  const wechat = createSimulatedWeChat({ apps: [{ appId: APP_ID, appSecret }] });
  const platform = await wechat.listen();
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}/auth`;
  const hufu = await createHufu({
    issuer,
    secret: hash("sha256", "the deployment of a test", "base64"),
    database: `sqlite:${join(folder, "hufu.db")}`,
    apps: [{ appId: APP_ID, appSecret, endpoint: platform.url }],
    clients: [{ ...BACKEND, permissions: ["hufu.tokens:introspect", "hufu.revocations:read"] }],
    roles: { member: ["order:read:own", "order:create"] },
    defaultRoles: ["member"],
    ...options,
  });
  const listener = getRequestListener(createHttp(hufu).fetch);
  server.on("request", (request, response) => void listener(request, response));
  return {
    issuer,
    hufu,
    wechat,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await hufu.close();
      await platform.close();
      await rm(folder, { recursive: true });
    },
  };
}

export interface SignedIn {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly expires_in: number;
}

/** Signs a named person in, as a mini program would. */
export async function signInAs({ issuer, wechat }: ServedHufu, user: string): Promise<SignedIn> {
  const response = await fetch(`${issuer}/oauth/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "urn:hufu:grant-type:login-code",
      client_id: APP_ID,
      code: wechat.issueCode({ user }),
    }),
  });
  if (response.status !== 200) throw new Error(`sign-in answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as SignedIn;
}

/** The token with its first signature character replaced by another one. */
export function tampered(token: string): string {
  const at = token.lastIndexOf(".") + 1;
  return `${token.slice(0, at)}${token[at] === "A" ? "B" : "A"}${token.slice(at + 1)}`;
}

/** The token with one claim changed and the signature left as it was. */
export function forged(token: string, claims: Readonly<Record<string, unknown>>): string {
  const [header = "", payload = "", signature = ""] = token.split(".");
  const read: Record<string, unknown> = JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
  const written = Buffer.from(JSON.stringify({ ...read, ...claims })).toString("base64url");
  return `${header}.${written}.${signature}`;
}
