import { hostname } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "../../core/log/log.ts";
import { createNotices, type Notices } from "../../core/log/notices.ts";
import { createStderrLog } from "../../core/log/stderr-log.ts";
import { type Meter, silentMeter } from "../../core/meter/meter.ts";
import { systemRandom } from "../../core/random.ts";
import { systemClock } from "../../core/time/clock.ts";
import { createSteadyClock } from "../../core/time/steady-clock.ts";
import { silentTracer, type Tracer } from "../../core/tracer/tracer.ts";
import type { Environment, HufuOptions } from "../options/options.ts";

/** What the parts of one node are made with: time, chance and network, and where they report. */
export interface NodeEnvironment extends Environment {
  readonly log: Logger;
  readonly notices: Notices;
  readonly meter: Meter;
  readonly tracer: Tracer;
}

export function nodeEnvironment(
  options: Pick<HufuOptions, "environment" | "log">,
  { meter = silentMeter, tracer = silentTracer }: { readonly meter?: Meter | undefined; readonly tracer?: Tracer } = {},
): NodeEnvironment {
  const given = options.environment ?? {};
  const clock = createSteadyClock(given.clock ?? systemClock);
  const log = options.log ?? createStderrLog({ clock });
  return Object.freeze<NodeEnvironment>({
    clock,
    random: given.random ?? systemRandom,
    stage: given.stage ?? (process.env["NODE_ENV"] === "production" ? "production" : "unknown"),
    fetch: given.fetch ?? globalThis.fetch,
    processes: given.processes ?? 1,
    pause: given.pause ?? ((ms, signal) => delay(ms, undefined, { ref: false, signal })),
    log,
    notices: createNotices({ log, clock }),
    meter,
    tracer,
  });
}

/** How this node is named to operators: its machine and its process. */
export function nodeName(): string {
  return `${hostname()}:${process.pid}`;
}
