import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { TestContext } from "node:test";
import type { Clock } from "../clock.ts";
import { createSimulatedPhone } from "./create-simulated-phone.ts";
import type { PhoneWx, SimulatedPhone, SimulatedPhoneOptions } from "./simulated-phone.ts";
import type { Failure } from "./wx/callbacks.ts";
import type { RequestOptions, RequestResult } from "./wx/wx-request.ts";

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
  return phone;
}

/** A time that the test moves by hand. */
export function startClock(): Clock & { pass(ms: number): void } {
  let passed = 0;
  const startedAt = Date.UTC(2026, 0, 5, 12);
  return {
    now: () => startedAt + passed,
    monotonic: () => passed,
    pass(ms) {
      passed += ms;
    },
  };
}

/** A folder with files in it that ends with the test. */
export function folderWith(t: TestContext, files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), "hufu-phone-"));
  t.after(() => rmSync(root, { recursive: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return root;
}

/** What a call with callbacks comes to: what `success` or `fail` was given. */
export function called<Success>(
  start: (callbacks: {
    readonly success: (result: Success) => void;
    readonly fail: (failure: Failure) => void;
  }) => unknown,
): Promise<Success> {
  return new Promise((success, fail) => {
    start({ success, fail });
  });
}

/** One request, as a promise of what `success` or `fail` was given. */
export function requested(wx: PhoneWx, options: Omit<RequestOptions, "success" | "fail">): Promise<RequestResult> {
  return new Promise((success, fail) => {
    wx.request({ ...options, success, fail });
  });
}
