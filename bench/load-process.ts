// A load generator in a process of its own: keep-alive connections to loopback, one request at a time on each. Written on
// bare sockets, because `node:http` as a client is slower than the servers that it would have to measure.

import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { type HttpAnswer, readAnswer } from "./http-answer.ts";
import { type LoadOrder, type LoadPlan, type Round, requestText } from "./load-plan.ts";
import { quantile } from "./statistics.ts";

/** No round may hold more, whatever its time. */
const MOST_REQUESTS = 2_000_000;

/** Where one connection gets its requests from. */
interface Source {
  next(): string;
  /** Takes in a good answer; `false` if it is not good after all. */
  take(answer: HttpAnswer): boolean;
}

function sourceOf(plan: LoadPlan, place: number, connections: number): Source {
  if (plan.kind === "cycle") {
    let at = Math.floor((plan.requests.length / connections) * place);
    return {
      next() {
        at = at + 1 < plan.requests.length ? at + 1 : 0;
        return plan.requests[at] ?? "";
      },
      take: () => true,
    };
  }
  if (plan.kind === "unique") {
    const { path, headers, body, proof } = plan;
    return {
      next: () =>
        requestText(
          "POST",
          path,
          headers,
          body.replaceAll("{word}", () => randomUUID()),
        ),
      take: (answer) => answer.body.includes(proof),
    };
  }
  const { path, clientId, tokens, attempts } = plan;
  let token = tokens[place];
  return {
    next() {
      const attempt = attempts ? `&attempt_id=${randomUUID()}` : "";
      const body = `grant_type=refresh_token&client_id=${clientId}&refresh_token=${token}${attempt}`;
      return requestText("POST", path, { "content-type": "application/x-www-form-urlencoded" }, body);
    },
    take({ body }) {
      token = /"refresh_token":"([A-Za-z0-9._~-]+)"/.exec(body)?.[1];
      return token !== undefined && body.includes('"access_token":"ey');
    },
  };
}

interface Tally {
  readonly until: number;
  answered: number;
  errors: number;
  lastAt: number;
  readonly took: number[];
}

/** Asks over one connection until the time is over, or something goes wrong. */
function ask(socket: Socket, source: Source, tally: Tally): Promise<void> {
  return new Promise((resolve) => {
    let sentAt = 0;
    let received = "";
    let over = false;

    function finish(): void {
      over = true;
      socket.destroy();
      resolve();
    }
    function fail(): void {
      if (over) return;
      tally.errors += 1;
      finish();
    }
    function send(): void {
      sentAt = performance.now();
      socket.write(source.next(), "latin1");
    }
    function take(text: string): void {
      received += text;
      const answer = readAnswer(received);
      if (answer === undefined) return;
      received = "";
      if (answer.status !== 200 || !source.take(answer)) {
        fail();
        return;
      }
      const now = performance.now();
      tally.answered += 1;
      tally.lastAt = now;
      tally.took.push(now - sentAt);
      if (now < tally.until && tally.answered < MOST_REQUESTS) send();
      else finish();
    }
    socket.on("data", (text: string) => {
      try {
        if (!over) take(text);
      } catch {
        fail();
      }
    });
    socket.on("error", fail);
    socket.on("close", fail);
    send();
  });
}

async function open(port: number): Promise<Socket> {
  const socket = connect({ host: "127.0.0.1", port, noDelay: true });
  socket.setEncoding("latin1");
  await once(socket, "connect");
  return socket;
}

/** New connections for each round: while the other server has its turn, this one would close them. */
async function round(port: number, sources: readonly Source[], ms: number): Promise<Round> {
  const lines = await Promise.all(sources.map(async (source) => ({ source, socket: await open(port) })));
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  const tally: Tally = { until: startedAt + ms, answered: 0, errors: 0, lastAt: startedAt, took: [] };
  await Promise.all(lines.map(({ socket, source }) => ask(socket, source, tally)));
  const { user, system } = process.cpuUsage(cpuBefore);
  const took = tally.took.length === 0 ? [0] : tally.took;
  return {
    answered: tally.answered,
    errors: tally.errors,
    ms: tally.lastAt - startedAt,
    p50: quantile(took, 0.5),
    p99: quantile(took, 0.99),
    busy: (user + system) / 1000 / (performance.now() - startedAt),
  };
}

let order: LoadOrder | undefined;
let sources: readonly Source[] = [];
process.on("message", (message: LoadOrder | { readonly ms: number }) => {
  if ("plan" in message) {
    const { plan, connections } = message;
    order = message;
    sources = Array.from({ length: connections }, (_, place) => sourceOf(plan, place, connections));
  } else if (order !== undefined) {
    // A server that takes no connection ends this process, which its parent notices.
    void round(order.port, sources, message.ms).then((result) => process.send?.(result));
  }
});
process.on("disconnect", () => process.exit(0));
