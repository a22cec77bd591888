import { createCallSlots } from "./call-slots.ts";
import type { Failure, Life } from "./callbacks.ts";
import type { Dice } from "./dice.ts";
import { spelledHeaders } from "./header-case.ts";
import { createHttp, type Exchange, type IncomingAnswer, type OutgoingRequest } from "./http-exchange.ts";
import { drawFate, type Fate, type NetworkProfile } from "./network-profile.ts";
import type { PhoneClock } from "./phone-clock.ts";

/** Which of the three kinds of calls. */
export type CallName = "request" | "uploadFile" | "downloadFile";

/** A call as it is handed to the network. */
export interface NetworkCall {
  readonly name: CallName;
  /** As the mini program wrote it. */
  readonly address: string;
  readonly request: OutgoingRequest;
  /** Phone milliseconds. */
  readonly timeout: number;
  readonly life: Life;
  readonly headers?: (answer: { readonly status: number; readonly header: Readonly<Record<string, string>> }) => void;
  readonly chunk?: (chunk: Buffer) => void;
  readonly arrived: (answer: {
    readonly status: number;
    readonly header: Readonly<Record<string, string>>;
    readonly cookies: readonly string[];
    readonly body: Buffer;
  }) => void;
  readonly failed: (failure: Failure) => void;
}

/** For assertions: what left the phone. Values of `Authorization` headers are masked, bodies left out. */
export interface LoggedCall {
  readonly name: CallName;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly fate: Fate["answer"];
}

export interface NetworkCounters {
  readonly calls: number;
  readonly lostRequests: number;
  readonly lostAnswers: number;
  readonly duplicates: number;
  readonly interrupted: number;
  readonly mostInFlight: number;
  /** Under way or waiting for a slot at this moment. */
  readonly open: number;
}

/** The phone's network: slots, weather, and what the foreground has to do with it. */
export interface PhoneNetwork {
  /** Answers how to abort it. */
  start(call: NetworkCall): () => void;
  /** Five seconds later whatever is unfinished is interrupted, and nothing goes any more. */
  background(): void;
  foreground(): void;
  profile: NetworkProfile;
  counters(): NetworkCounters;
  log(): readonly LoggedCall[];
  /** Drops everything under way without a word, as a kill does. */
  drop(): void;
  close(): void;
}

const BACKGROUND_MS = 5000;
const LOG_MOST = 10_000;
const INTERRUPTED = 600_003;
const UNKNOWN = 600_000;
const TIMED_OUT = 5;
/** What a hotel says in everybody's place. */
const PORTAL: IncomingAnswer = {
  status: 200,
  rawHeaders: ["Content-Type", "text/html; charset=utf-8"],
  body: Buffer.from("<!doctype html><title>Welcome</title><p>Please accept our terms.</p>"),
};

export function createPhoneNetwork(parts: {
  readonly clock: PhoneClock;
  readonly dice: Dice;
  readonly profile: NetworkProfile;
}): PhoneNetwork {
  const { clock, dice } = parts;
  const http = createHttp();
  const slots = createCallSlots();
  const open = new Set<{ readonly end: (failure: Failure | undefined) => void; readonly name: CallName }>();
  const log: LoggedCall[] = [];
  const counts = { calls: 0, lostRequests: 0, lostAnswers: 0, duplicates: 0, interrupted: 0 };
  let profile = parts.profile;
  let asleep = false;
  let stopFallingAsleep: (() => void) | undefined;

  function start(call: NetworkCall): () => void {
    const { name, request, life } = call;
    let over = false;
    let cancel: (() => void)[] = [];
    let exchange: Exchange | undefined;
    let entered = false;
    const mine = { name, end };
    open.add(mine);

    /** With a failure, with none where the process is gone. */
    function end(failure: Failure | undefined): void {
      finish(() => {
        if (failure !== undefined) call.failed(failure);
      });
    }
    function finish(tell: () => void): void {
      if (over) return;
      over = true;
      open.delete(mine);
      for (const stop of cancel) stop();
      cancel = [];
      if (entered) slots.leave();
      tell();
    }
    function after(ms: number, run: () => void): void {
      cancel.push(clock.after(ms, run));
    }
    function failure(words: string, errno: number): Failure {
      return { errMsg: `${name}:fail ${words}`, errno };
    }

    slots.enter(() => {
      entered = true;
      if (over) {
        slots.leave();
        return;
      }
      if (asleep) {
        counts.interrupted += 1;
        after(0, () => end(failure("interrupted", INTERRUPTED)));
        return;
      }
      const fate = drawFate(profile, dice);
      counts.calls += 1;
      note(call, fate);
      after(call.timeout, () => end(failure("timeout", TIMED_OUT)));
      after(fate.delayThere, () => depart(fate));
    });

    function depart(fate: Fate): void {
      if (fate.answer === "portal") {
        after(fate.delayBack, () => deliver(PORTAL));
        return;
      }
      const lost = (): void => after(profile.noticedAfter, () => end(failure("", UNKNOWN)));
      if (!fate.arrives) {
        counts.lostRequests += 1;
        lost();
        return;
      }
      const listening = fate.answer === "whole";
      exchange = http.send(request, {
        headers: ({ status, rawHeaders }) => {
          if (listening && !over) call.headers?.({ status, header: spelledHeaders(rawHeaders, dice) });
        },
        chunk: (chunk) => {
          if (listening && !over) call.chunk?.(chunk);
        },
      });
      exchange.answer.then(
        (answer) => {
          if (fate.again !== undefined) comeAgain(fate.again);
          if (over) return;
          if (fate.answer === "whole") after(fate.delayBack, () => deliver(answer));
          else {
            counts.lostAnswers += 1;
            if (fate.answer === "cut") after(fate.delayBack, () => end(failure("", UNKNOWN)));
            else lost();
          }
        },
        () => end(failure("", UNKNOWN)),
      );
    }

    function deliver(answer: IncomingAnswer): void {
      const header = spelledHeaders(answer.rawHeaders, dice);
      const cookies = valuesOf(answer.rawHeaders, "set-cookie");
      finish(() => call.arrived({ status: answer.status, header, cookies, body: answer.body }));
    }

    /** Something on the way has kept the request, and sends it once more; nobody waits for that answer. */
    function comeAgain(ms: number): void {
      clock.after(ms, () => {
        counts.duplicates += 1;
        http.send(request);
      });
    }

    return () => {
      if (!life.alive || over) return;
      exchange?.destroy();
      end({ errMsg: `${name}:fail abort` });
    };
  }

  function note({ name, address, request }: NetworkCall, { answer }: Fate): void {
    if (log.length >= LOG_MOST) log.shift();
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([header, value]) => [
        header,
        header.toLowerCase() === "authorization" ? value.replace(/ .*/, " …") : value,
      ]),
    );
    log.push({ name, method: request.method, url: address, headers, fate: answer });
  }

  return {
    start,
    background() {
      stopFallingAsleep ??= clock.after(BACKGROUND_MS, () => {
        asleep = true;
        for (const { name, end } of [...open]) {
          counts.interrupted += 1;
          end({ errMsg: `${name}:fail interrupted`, errno: INTERRUPTED });
        }
      });
    },
    foreground() {
      stopFallingAsleep?.();
      stopFallingAsleep = undefined;
      asleep = false;
    },
    get profile() {
      return profile;
    },
    set profile(next: NetworkProfile) {
      profile = next;
    },
    counters: () => ({ ...counts, mostInFlight: slots.mostInFlight, open: open.size }),
    log: () => [...log],
    drop() {
      for (const { end } of [...open]) end(undefined);
    },
    close: () => http.close(),
  };
}

function valuesOf(rawHeaders: readonly string[], name: string): readonly string[] {
  return rawHeaders.flatMap((value, at) => (at % 2 === 1 && rawHeaders[at - 1]?.toLowerCase() === name ? [value] : []));
}
