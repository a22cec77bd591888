import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";
import { readBody } from "./http/read-body.ts";
import { reply, replyJson } from "./http/reply.ts";
import type { SimulatedWeChat } from "./simulated-wechat.ts";

const ROOT = "/_simulator";

const appId = z.string().optional();
const user = z.string();
const when = z.enum(["before", "after"]).optional();
const order = { path: z.string(), times: z.number().optional() };

const codeSchema = z.strictObject({ appId, user });
const phoneCodeSchema = z.strictObject({ appId, user, number: z.string(), countryCode: z.string().optional() });
const userKeySchema = z.strictObject({ appId, user, rotate: z.boolean().optional() });
const soterSchema = z.strictObject({ appId, user, json: z.string().max(4096) });
const userSchema = z.strictObject({ user, highRisk: z.boolean() });
const faultSchema = z.discriminatedUnion("kind", [
  z.strictObject({ ...order, kind: z.literal("timeout-after-commit"), delayMs: z.number().optional() }),
  z.strictObject({ ...order, kind: z.literal("slow"), delayMs: z.number() }),
  z.strictObject({ ...order, kind: z.literal("truncated") }),
  z.strictObject({ ...order, kind: z.enum(["busy", "reset", "html", "http-500"]), when }),
  z.strictObject({
    ...order,
    kind: z.literal("errcode"),
    errcode: z.int(),
    errmsg: z.string().max(1000).optional(),
    when,
  }),
]);

/** The parts of the simulator that can be told what to do over HTTP. */
export type Controlled = Pick<
  SimulatedWeChat,
  | "issueCode"
  | "issuePhoneCode"
  | "signSoter"
  | "userKey"
  | "rotateUserKey"
  | "setUser"
  | "fault"
  | "clearFaults"
  | "counters"
>;

/** What a control endpoint is given: the parsed JSON body and the query. */
type Action = (body: unknown, query: URLSearchParams) => unknown;

function help(base: string, controlled: Controlled): string {
  const post = (path: string, body: object) => `  curl ${base}${ROOT}/${path} -d '${JSON.stringify(body)}'`;
  const { calls, faultsWaiting, codesHeld } = controlled.counters();
  return [
    "A simulated api.weixin.qq.com. Not for production: anyone who reaches it can sign in as anybody.",
    "",
    "A login code for a user (any name; the openid follows from it). appId may be left out: the first app listed.",
    post("codes", { user: "alice" }),
    "A code for a phone number:",
    post("phone-codes", { user: "alice", number: "13800000000" }),
    "A newer key of a user's phones (getUserCryptoManager); without rotate, the newest one:",
    post("user-keys", { user: "alice", rotate: true }),
    "A user whom the platform blocks as high risk (40226):",
    post("users", { user: "mallory", highRisk: true }),
    "Faults for the next calls: timeout-after-commit, slow, truncated, busy, reset, html, http-500, errcode.",
    post("faults", { path: "/sns/jscode2session", kind: "timeout-after-commit", times: 1 }),
    post("faults", { path: "/sns/jscode2session", kind: "slow", delayMs: 3000 }),
    post("faults", { path: "/sns/jscode2session", kind: "reset", when: "after" }),
    post("faults", { path: "/sns/jscode2session", kind: "errcode", errcode: 45011, times: 3 }),
    `  curl -X DELETE ${base}${ROOT}/faults`,
    "",
    "Calls so far:",
    ...Object.entries(calls).map(([path, count]) => `  ${path}  ${count}`),
    "Faults waiting:",
    ...Object.entries(faultsWaiting).map(([path, count]) => `  ${path}  ${count}`),
    `Codes held: ${codesHeld}`,
    "",
  ].join("\n");
}

function createActions(controlled: Controlled): Readonly<Record<string, Readonly<Record<string, Action>>>> {
  return {
    [`${ROOT}/codes`]: { POST: (body) => ({ code: controlled.issueCode(codeSchema.parse(body)) }) },
    [`${ROOT}/phone-codes`]: { POST: (body) => ({ code: controlled.issuePhoneCode(phoneCodeSchema.parse(body)) }) },
    [`${ROOT}/soter`]: { POST: (body) => ({ signature: controlled.signSoter(soterSchema.parse(body)) }) },
    [`${ROOT}/user-keys`]: {
      POST: (body) => {
        const { rotate = false, ...whose } = userKeySchema.parse(body);
        return rotate ? controlled.rotateUserKey(whose) : controlled.userKey(whose);
      },
    },
    [`${ROOT}/users`]: {
      POST: (body) => {
        const wanted = userSchema.parse(body);
        controlled.setUser(wanted);
        return wanted;
      },
    },
    [`${ROOT}/faults`]: {
      POST: (body) => {
        const wanted = faultSchema.parse(body);
        controlled.fault(wanted);
        return wanted;
      },
      DELETE: (_, query) => ({ cleared: controlled.clearFaults(query.get("path") ?? undefined) }),
    },
  };
}

/** Is this a path of the control endpoints? */
export function isControlPath(path: string): boolean {
  return path === ROOT || path.startsWith(`${ROOT}/`);
}

/** Serves the control endpoints. */
export type Control = (
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  query: URLSearchParams,
) => Promise<void>;

export function createControl(controlled: Controlled): Control {
  const actions = new Map(Object.entries(createActions(controlled)));

  return async (request, response, path, query) => {
    const method = request.method ?? "";
    if (path === ROOT && method === "GET") {
      const base = `http://${request.headers.host ?? "127.0.0.1"}`;
      return reply(response, 200, "text/plain; charset=utf-8", help(base, controlled));
    }
    const methods = path === ROOT ? { GET: undefined } : actions.get(path);
    if (methods === undefined) return replyJson(response, 404, { error: `nothing here; GET ${ROOT} explains` });
    const action = new Map<string, Action | undefined>(Object.entries(methods)).get(method);
    if (action === undefined) {
      response.setHeader("allow", Object.keys(methods).join(", "));
      return replyJson(response, 405, { error: `${method} does nothing here` });
    }
    const text = await readBody(request);
    if (text === undefined) {
      response.setHeader("connection", "close");
      return replyJson(response, 413, { error: "the body is longer than 64 KiB" });
    }
    try {
      replyJson(response, 200, action(method === "POST" ? JSON.parse(text) : undefined, query));
    } catch (error) {
      replyJson(response, 400, { error: explain(error) });
    }
  };
}

function explain(error: unknown): string {
  if (error instanceof SyntaxError) return "the body is not JSON";
  if (error instanceof z.ZodError) return z.prettifyError(error);
  if (error instanceof TypeError) return error.message;
  throw error;
}
