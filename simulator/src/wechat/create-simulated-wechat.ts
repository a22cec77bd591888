import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as systemSleep } from "node:timers/promises";
import { systemClock } from "../clock.ts";
import { systemRandom } from "../random.ts";
import { createApps } from "./apps.ts";
import { createControl, isControlPath } from "./control.ts";
import { createCheckSessionKey, createResetSessionKey } from "./endpoints/check-session-key.ts";
import type { Endpoint } from "./endpoints/endpoint.ts";
import { createExchangeCode } from "./endpoints/exchange-code.ts";
import { createIssueStableToken, createIssueToken } from "./endpoints/issue-access-token.ts";
import { checkPhoneNumber, createReadPhoneNumber, type PhoneFacts } from "./endpoints/read-phone-number.ts";
import { createReadUserKeys } from "./endpoints/read-user-keys.ts";
import { createVerifySoterSignature } from "./endpoints/verify-soter-signature.ts";
import { createErrorBodies } from "./errcodes.ts";
import { createFaults } from "./faults.ts";
import { answerWithFault } from "./http/answer-with-fault.ts";
import { listenOn } from "./http/listen.ts";
import { readBody } from "./http/read-body.ts";
import { reply } from "./http/reply.ts";
import { createAccessTokens } from "./issued/access-tokens.ts";
import { createCodes } from "./issued/codes.ts";
import { createSessionKeys } from "./issued/session-keys.ts";
import { createSoterKeys } from "./issued/soter-keys.ts";
import { createUserKeys } from "./issued/user-keys.ts";
import { createMinuteQuota } from "./minute-quota.ts";
import { checkName, createPeople, type Person } from "./people.ts";
import type { SimulatedWeChat, SimulatedWeChatOptions, Whose } from "./simulated-wechat.ts";

interface Route {
  readonly endpoint: Endpoint;
  readonly contentType: string;
  calls: number;
}

const THREE_DAYS_MS = 3 * 86_400_000;

/**
 * Makes a simulated WeChat: the login exchange, access tokens, session keys and phone numbers, with faults on demand.
 * What it does follows the platform's documentation and observed behaviour, never Hufu's own adapter.
 * Everything that it remembers is bounded. Not for production: anyone who reaches it can sign in as anybody.
 * @throws TypeError if the options contradict each other
 *
 * @example A code and its exchange
 * const wechat = createSimulatedWeChat({ apps: [{ appId: "wx-demo", appSecret: "demo" }] });
 * const { url, close } = await wechat.listen();
 * const code = wechat.issueCode({ user: "alice" });
 * await fetch(`${url}/sns/jscode2session?appid=wx-demo&secret=demo&js_code=${code}&grant_type=authorization_code`);
 * await close();
 */
export function createSimulatedWeChat(options: SimulatedWeChatOptions = {}): SimulatedWeChat {
  const { clock = systemClock, random = systemRandom, unknownCodes } = options;
  const { sessionKeyPeriodMs = 0, sessionKeyLifeMs = THREE_DAYS_MS, loginsPerMinute = 100 } = options;
  const sleep = options.sleep ?? ((ms: number) => systemSleep(ms, undefined, { ref: false }));
  if (unknownCodes !== undefined) {
    checkName(unknownCodes.user);
    if (unknownCodes.phoneNumber !== undefined) checkPhoneNumber(unknownCodes.phoneNumber, "86");
  }
  for (const [name, value] of Object.entries({ sessionKeyPeriodMs, sessionKeyLifeMs, loginsPerMinute })) {
    if (!(value >= 0)) throw new TypeError(`${name}: a number from 0 up`);
  }
  const apps = createApps(options.apps ?? [], options.anyApp ?? false);
  const people = createPeople();
  const loginCodes = createCodes<Person>("login", clock, random);
  const phoneCodes = createCodes<PhoneFacts>("phone", clock, random);
  const sessionKeys = createSessionKeys(clock, random, {
    periodMs: sessionKeyPeriodMs,
    lifeMs: sessionKeyLifeMs,
  });
  const tokens = createAccessTokens(clock, random);
  const soterKeys = createSoterKeys();
  const userKeys = createUserKeys(clock, random);
  const errorBody = createErrorBodies(clock, random);

  const route = (contentType: string, endpoint: Endpoint): Route => ({ endpoint, contentType, calls: 0 });
  const routes = new Map<string, Route>([
    [
      "/sns/jscode2session",
      // text/plain although it is JSON, unlike the other calls.
      route(
        "text/plain",
        createExchangeCode({
          apps,
          people,
          sessionKeys,
          codes: loginCodes,
          quota: createMinuteQuota(clock, loginsPerMinute),
          unknownUser: unknownCodes?.user,
        }),
      ),
    ],
    ["/cgi-bin/token", route("application/json", createIssueToken(apps, tokens))],
    ["/cgi-bin/stable_token", route("application/json", createIssueStableToken(apps, tokens, clock))],
    ["/wxa/checksession", route("application/json", createCheckSessionKey({ tokens, people, sessionKeys }))],
    [
      "/wxa/resetusersessionkey",
      route("application/json", createResetSessionKey({ tokens, people, sessionKeys }, clock)),
    ],
    [
      "/wxa/business/getuserencryptkey",
      route("application/json", createReadUserKeys({ tokens, people, sessionKeys, userKeys })),
    ],
    [
      "/cgi-bin/soter/verify_signature",
      route("application/json", createVerifySoterSignature({ tokens, people, keys: soterKeys })),
    ],
    [
      "/wxa/business/getuserphonenumber",
      route(
        "application/json",
        createReadPhoneNumber({
          clock,
          apps,
          people,
          tokens,
          codes: phoneCodes,
          unknown:
            unknownCodes?.phoneNumber === undefined
              ? undefined
              : { user: unknownCodes.user, number: unknownCodes.phoneNumber },
        }),
      ),
    ],
  ]);
  const faults = createFaults([...routes.keys()]);
  const meet = ({ appId, user }: Whose) => people.meet(apps.find(appId), user);

  const controls = {
    issueCode(whose: Whose) {
      const person = meet(whose);
      sessionKeys.codeIssued(person.openid);
      return loginCodes.issue(person);
    },
    issuePhoneCode({ number, countryCode = "86", ...whose }: Parameters<SimulatedWeChat["issuePhoneCode"]>[0]) {
      checkPhoneNumber(number, countryCode);
      const { appId, openid } = meet(whose);
      return phoneCodes.issue({ appId, openid, number, countryCode });
    },
    signSoter: ({ json, ...whose }: Parameters<SimulatedWeChat["signSoter"]>[0]) =>
      soterKeys.sign(meet(whose).openid, json),
    userKey: (whose: Whose) => userKeys.latest(meet(whose).openid),
    rotateUserKey: (whose: Whose) => userKeys.rotate(meet(whose).openid),
    openid: (whose: Whose) => meet(whose).openid,
    unionid: (whose: Whose) => meet(whose).unionid,
    setUser: ({ user, highRisk }: { readonly user: string; readonly highRisk: boolean }) =>
      people.setHighRisk(user, highRisk),
    fault: faults.order,
    clearFaults: faults.clear,
    counters: () => ({
      calls: Object.fromEntries([...routes].map(([path, { calls }]) => [path, calls])),
      faultsWaiting: faults.waiting(),
      codesHeld: loginCodes.size + phoneCodes.size,
    }),
  };
  const control = createControl(controls);

  function work(found: Route, method: string, query: URLSearchParams, body: string): string {
    const answer = found.endpoint({ method, query, body });
    return JSON.stringify(typeof answer === "number" ? errorBody(answer) : answer);
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const target = request.url ?? "/";
    const mark = target.indexOf("?");
    const path = mark < 0 ? target : target.slice(0, mark);
    const query = new URLSearchParams(mark < 0 ? "" : target.slice(mark + 1));
    if (isControlPath(path)) return control(request, response, path, query);

    const found = routes.get(path);
    if (found === undefined) {
      return reply(response, 404, "text/plain", `not simulated; there are ${[...routes.keys()].join(", ")}\n`);
    }
    found.calls += 1;
    const fault = faults.take(path);
    const method = request.method ?? "";
    const body = method === "GET" ? "" : await readBody(request);
    if (body === undefined) {
      response.setHeader("connection", "close");
      return reply(response, 413, "text/plain", "the body is longer than 64 KiB\n");
    }
    const { contentType } = found;
    const right = () => work(found, method, query, body);
    if (fault === undefined) return reply(response, 200, contentType, right());
    return answerWithFault({ fault, response, contentType, work: right, errorBody, sleep });
  }

  function handle(request: IncomingMessage, response: ServerResponse): void {
    serve(request, response).catch((error: unknown) => {
      reply(response, 500, "text/plain", `the simulator failed: ${error instanceof Error ? error.message : "?"}\n`);
    });
  }

  return Object.freeze({
    ...controls,
    handle,
    listen: (port = 0, host = "127.0.0.1") => listenOn(handle, port, host),
  });
}
