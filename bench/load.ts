import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import type { LoadOrder, LoadPlan, Round } from "./load-plan.ts";
import { nextMessage, startPinned, stop } from "./pinned-process.ts";
import type { ServerUnderTest } from "./server-under-test.ts";
import { median } from "./statistics.ts";

/** A server, and what is asked of it. */
export interface Target {
  readonly name: string;
  readonly server: ServerUnderTest;
  readonly plan: LoadPlan;
}

/** What a target did, round by round. */
export interface Throughput {
  readonly name: string;
  /** Requests per second. */
  readonly rounds: readonly number[];
  readonly perSecond: number;
  /** Median of the rounds, in milliseconds. */
  readonly p99: number;
  /** Processor time of the server for one request, in microseconds: what is left when others use the machine too. */
  readonly cpuMicros: number;
  /** Of each round: requests for a second of processor time. */
  readonly cpuRounds: readonly number[];
  /** The load generator's share of its core; near 1, the server could have done more. */
  readonly generatorBusy: number;
}

export interface LoadRounds {
  readonly connections: number;
  readonly rounds: number;
  readonly roundMs: number;
  readonly warmUpMs: number;
}

/**
 * Loads targets in turn (A B, B A, A B, …) after a warm-up of each.
 * @throws Error if a single request goes wrong: a server that refuses is fast
 */
export async function loadInTurn(targets: readonly Target[], plan: LoadRounds): Promise<readonly Throughput[]> {
  const running = targets.map((target) => ({
    target,
    generator: startGenerator(target, plan.connections),
    done: [] as { readonly round: Round; readonly cpuMicros: number }[],
  }));
  try {
    for (const { target, generator } of running) await loadOnce(target, generator, plan.warmUpMs);
    for (let turn = 0; turn < plan.rounds; turn += 1) {
      for (let place = 0; place < running.length; place += 1) {
        const next = running[(turn + place) % running.length];
        if (next !== undefined) next.done.push(await loadOnce(next.target, next.generator, plan.roundMs));
      }
    }
  } finally {
    for (const { generator } of running) await stop(generator);
  }
  return running.map(({ target, done }) => {
    const rounds = done.map(({ round }) => (round.answered / round.ms) * 1000);
    return {
      name: target.name,
      rounds,
      perSecond: median(rounds),
      p99: median(done.map(({ round }) => round.p99)),
      cpuMicros: median(done.map(({ cpuMicros }) => cpuMicros)),
      cpuRounds: done.map(({ cpuMicros }) => 1_000_000 / cpuMicros),
      generatorBusy: median(done.map(({ round }) => round.busy)),
    };
  });
}

function startGenerator({ server, plan }: Target, connections: number): ChildProcess {
  const generator = startPinned("load", [join(import.meta.dirname, "load-process.ts")]);
  const order: LoadOrder = { port: server.port, connections, plan };
  generator.send(order);
  return generator;
}

async function loadOnce(
  { name, server }: Target,
  generator: ChildProcess,
  ms: number,
): Promise<{ readonly round: Round; readonly cpuMicros: number }> {
  const before = await server.cpuMicros();
  generator.send({ ms });
  const round = (await nextMessage(generator)) as Round;
  if (round.errors > 0 || round.answered === 0) {
    throw new Error(`${name}: ${round.errors} of ${round.answered + round.errors} requests went wrong; no figure`);
  }
  return { round, cpuMicros: ((await server.cpuMicros()) - before) / round.answered };
}

/** What a reader of a figure over HTTP should know beside it. */
export function loadNote(ours: Throughput, peer: Throughput): string {
  const side = ({ cpuMicros, p99, generatorBusy }: Throughput): string =>
    `${cpuMicros.toFixed(0)} µs of processor a request, p99 ${p99.toFixed(1)} ms, generator ${(generatorBusy * 100).toFixed(0)} % busy`;
  return `ours: ${side(ours)}; peer: ${side(peer)}; ratio by processor time ${(peer.cpuMicros / ours.cpuMicros).toFixed(2)}`;
}
