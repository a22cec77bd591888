import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { TestContext } from "node:test";
import { createSimulatedPhone } from "./create-simulated-phone.ts";
import type { PhoneWx, SimulatedPhone, SimulatedPhoneOptions } from "./simulated-phone.ts";
import type { RequestOptions, RequestResult } from "./wx-request.ts";

/** What a request looked like when it arrived. */
export interface Arrived {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** A real server that notes what arrives. */
export interface Backend {
  readonly url: string;
  readonly arrived: readonly Arrived[];
}

/** Starts one that ends with the test; by default it answers 200 and `{"ok":true}`. */
export async function startBackend(
  t: TestContext,
  answer: (request: Arrived, response: ServerResponse) => void = (_request, response) => {
    response.setHeader("content-type", "application/json");
    response.end('{"ok":true}');
  },
): Promise<Backend> {
  const arrived: Arrived[] = [];
  const server = createServer(async (incoming, response) => {
    let body = "";
    for await (const chunk of incoming) body += chunk;
    const request = { method: incoming.method ?? "", url: incoming.url ?? "", headers: incoming.headers, body };
    arrived.push(request);
    answer(request, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  return { url: `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`, arrived };
}

/** A phone that ends with the test. */
export function startPhone(t: TestContext, options: Partial<SimulatedPhoneOptions> = {}): SimulatedPhone {
  let codes = 0;
  const phone = createSimulatedPhone({
    appId: "wx-test",
    wechat: () => {
      codes += 1;
      return `code-${codes}`;
    },
    ...options,
  });
  t.after(() => phone.close());
  // A phone's timers keep nothing alive; the test that waits for them does.
  const alive = setInterval(() => undefined, 1000);
  t.after(() => clearInterval(alive));
  return phone;
}

/** One request, as a promise of what `success` or `fail` was given. */
export function requested(wx: PhoneWx, options: Omit<RequestOptions, "success" | "fail">): Promise<RequestResult> {
  return new Promise((success, fail) => {
    wx.request({ ...options, success, fail });
  });
}
