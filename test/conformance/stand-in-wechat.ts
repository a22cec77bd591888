import { createHash, randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What a code stands for: a person, or one of the platform's bad days. */
export type Errand =
  | { readonly openid: string; readonly unionid?: string; readonly holdUntil?: Promise<void> }
  | { readonly errcode: number }
  | { readonly status: number; readonly body: string; readonly location?: string }
  | { readonly fault: "hang" | "reset" };

/** The login exchange of the platform as docs/reference/wechat.md §1 writes it down, and nothing else of it. */
export interface StandInWeChat {
  readonly url: string;
  /** A fresh code of that app. */
  readonly issue: (appId: string, errand: Errand) => string;
  /** How often that code was presented. */
  readonly presented: (code: string) => number;
  /** Every session_key that was ever handed out. */
  readonly sessionKeys: readonly string[];
  readonly goDown: () => Promise<void>;
  readonly comeBack: () => Promise<void>;
}

export const openidOf = (name: string): string =>
  `o${createHash("sha256").update(name).digest("base64url").slice(0, 27)}`;

/** @param apps secret by appid */
export async function startStandInWeChat(apps: Readonly<Record<string, string>>): Promise<StandInWeChat> {
  const codes = new Map<string, { appId: string; errand: Errand; presented: number }>();
  const sessionKeys: string[] = [];

  async function exchange(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://platform");
    if (url.pathname !== "/sns/jscode2session") return void response.writeHead(404).end();
    // The real one answers JSON under text/plain, errors with 200 and an errmsg that never reads the same twice.
    const say = (value: object): void => {
      response.writeHead(200, { "content-type": "text/plain" }).end(JSON.stringify(value));
    };
    const refuse = (errcode: number): void =>
      say({ errcode, errmsg: `refused, rid: ${randomBytes(4).toString("hex")}-${randomBytes(4).toString("hex")}` });
    const asked = (name: string): string => url.searchParams.get(name) ?? "";
    if (request.method !== "GET" || asked("appid") === "") return refuse(41002);
    if (!Object.hasOwn(apps, asked("appid"))) return refuse(40013);
    if (asked("secret") === "") return refuse(41004);
    if (apps[asked("appid")] !== asked("secret")) return refuse(40125);
    if (asked("grant_type") !== "authorization_code") return refuse(40002);
    if (asked("js_code") === "") return refuse(41008);
    const known = codes.get(asked("js_code"));
    if (known === undefined || known.appId !== asked("appid")) return refuse(40029);
    known.presented += 1;
    const { errand } = known;
    if ("errcode" in errand) return refuse(errand.errcode);
    if ("status" in errand) {
      const headers = errand.location === undefined ? {} : { location: errand.location };
      return void response.writeHead(errand.status, headers).end(errand.body);
    }
    if ("fault" in errand) return errand.fault === "reset" ? void request.socket.destroy() : undefined;
    if (known.presented > 1) return refuse(40163);
    await errand.holdUntil;
    const sessionKey = randomBytes(16).toString("base64");
    sessionKeys.push(sessionKey);
    const union = errand.unionid === undefined ? {} : { unionid: errand.unionid };
    say({ session_key: sessionKey, openid: errand.openid, ...union });
  }

  const server = createServer((request, response) => void exchange(request, response));
  const listen = (port: number): Promise<void> =>
    new Promise((resolve) => server.listen(port, "127.0.0.1", () => resolve()));
  await listen(0);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    sessionKeys,
    issue(appId, errand) {
      const code = `0${randomBytes(16).toString("hex").slice(1)}`;
      codes.set(code, { appId, errand, presented: 0 });
      return code;
    },
    presented: (code) => codes.get(code)?.presented ?? 0,
    async goDown() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
    comeBack: () => listen(port),
  };
}
