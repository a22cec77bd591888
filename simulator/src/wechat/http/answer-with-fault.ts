import type { ServerResponse } from "node:http";
import type { MakeErrorBody } from "../errcodes.ts";
import type { Fault } from "../faults.ts";
import { reply } from "./reply.ts";

const GATEWAY_PAGE =
  "<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center></body></html>";

/** What it takes to answer wrongly. */
export interface FaultyAnswer {
  readonly fault: Fault;
  readonly response: ServerResponse;
  readonly contentType: string;
  /** Does the call's work and returns the right body. */
  readonly work: () => string;
  readonly errorBody: MakeErrorBody;
  readonly sleep: (ms: number) => Promise<void>;
}

/** Answers a call as its fault wants. */
export async function answerWithFault(answer: FaultyAnswer): Promise<void> {
  const { fault, response, contentType, work, errorBody, sleep } = answer;
  switch (fault.kind) {
    case "timeout-after-commit": {
      const body = work();
      if (fault.delayMs === undefined) return;
      await sleep(fault.delayMs);
      return reply(response, 200, contentType, body);
    }
    case "slow":
      await sleep(fault.delayMs);
      return reply(response, 200, contentType, work());
    case "truncated": {
      const body = work();
      return reply(response, 200, contentType, body.slice(0, body.length >> 1));
    }
  }
  if (fault.when === "after") work();
  switch (fault.kind) {
    case "busy":
      return reply(response, 200, contentType, JSON.stringify(errorBody(-1)));
    case "errcode":
      return reply(response, 200, contentType, JSON.stringify(errorBody(fault.errcode, fault.errmsg)));
    case "reset":
      response.socket?.resetAndDestroy();
      return;
    case "html":
      return reply(response, 502, "text/html", GATEWAY_PAGE);
    case "http-500":
      return reply(response, 500, "text/plain", "Internal Server Error");
  }
}
