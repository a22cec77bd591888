import type { PhoneClock } from "../phone-clock.ts";
import type { Failure } from "../wx/callbacks.ts";
import type { Fate } from "./call-fate.ts";
import { spelledHeaders, valuesOf } from "./header-case.ts";
import type { Http, IncomingAnswer } from "./http-exchange.ts";
import { type AnswerHead, type NetworkCall, networkFailures } from "./network-call.ts";

/** What is counted on the way. */
export interface JourneyCounts {
  lostRequests: number;
  lostAnswers: number;
  duplicates: number;
}

/** What a journey needs of the network that it goes through. */
export interface Way {
  readonly http: Http;
  readonly clock: PhoneClock;
  readonly counts: JourneyCounts;
  /** Phone ms until the platform notices that nothing comes back. */
  readonly noticedAfter: number;
  /** Runs after so many phone ms, unless the call has ended by then. */
  after(ms: number, run: () => void): void;
  readonly isOver: () => boolean;
  /** Ends the call; `failure` is what it fails with, `undefined` that it succeeds. The first end counts. */
  end(failure: Failure | undefined, tell?: () => void): void;
}

/** What a hotel says in everybody's place. */
const PORTAL: IncomingAnswer = {
  status: 200,
  rawHeaders: ["Content-Type", "text/html; charset=utf-8"],
  body: Buffer.from("<!doctype html><title>Welcome</title><p>Please accept our terms.</p>"),
};

/** Carries a call through its fate. Answers what breaks its connection. */
export function travel(call: NetworkCall, fate: Fate, way: Way): () => void {
  const { http, clock, counts, after, end } = way;
  const { name, request } = call;
  let broken = (): void => undefined;

  const headOf = ({ status, rawHeaders }: Omit<IncomingAnswer, "body">): AnswerHead => ({
    status,
    header: spelledHeaders(rawHeaders, fate.headerCase),
    cookies: valuesOf(rawHeaders, "set-cookie"),
  });
  const deliver = (answer: IncomingAnswer): void =>
    end(undefined, () => call.arrived({ ...headOf(answer), body: answer.body }));
  const loseIt = (): void => after(way.noticedAfter, () => end(networkFailures.unknown(name)));

  function depart(): void {
    if (fate.answer === "portal") {
      after(fate.delayBack, () => deliver(PORTAL));
      return;
    }
    if (!fate.arrives) {
      counts.lostRequests += 1;
      loseIt();
      return;
    }
    const { again } = fate;
    // Something on the way has kept the request and sends it once more, whatever became of the call; nobody waits for that.
    if (again !== undefined) {
      clock.after(again, () => {
        counts.duplicates += 1;
        http.send(request);
      });
    }
    exchange();
  }

  function exchange(): void {
    const heard = fate.answer !== "lost";
    const isCut = fate.answer === "cut";
    let chunks = 0;
    const sent = http.send(request, {
      headers: (answer) => {
        if (heard) after(fate.delayBack, () => call.headers?.(headOf(answer)));
      },
      chunk: (chunk) => {
        chunks += 1;
        if (!heard || (isCut && chunks > 1)) return;
        const part = isCut ? chunk.subarray(0, chunk.length / 2) : chunk;
        after(fate.delayBack, () => call.chunk?.(part));
      },
    });
    broken = sent.destroy;
    sent.answer.then(
      (answer) => {
        if (way.isOver()) return;
        if (fate.answer === "whole") return after(fate.delayBack, () => deliver(answer));
        counts.lostAnswers += 1;
        if (isCut) after(fate.delayBack, () => end(networkFailures.unknown(name)));
        else loseIt();
      },
      (error: Error) => end(networkFailures.unknown(name, error.message)),
    );
  }

  after(fate.delayThere, depart);
  return () => broken();
}
