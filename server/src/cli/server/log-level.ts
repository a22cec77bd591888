import type { LogLevel, ProcessLog } from "./log.ts";

/** How long everything is logged after SIGUSR2. It ends by itself. */
const DEBUG_MS = 600_000;

/** The level of a running server's log. */
export interface LevelControl {
  /** What the configuration says from now on; while everything is logged, it counts afterwards. */
  configure(level: LogLevel): void;
  /** The same as a signal that begins or ends it; says nothing where it is so already. */
  everything(on: boolean): void;
  /** Nothing is changed by signals any more. */
  forget(): void;
}

/**
 * SIGUSR2 logs everything for ten minutes; another one ends that at once. For this process alone: each node is told by itself.
 * @param configured the level otherwise
 * @param changed told whether everything is logged, whenever that changes
 */
export function debugOnSignal(
  log: Pick<ProcessLog, "setLevel" | "info">,
  configured: LogLevel,
  changed: (everything: boolean) => void = () => undefined,
  signals: Pick<NodeJS.EventEmitter, "on" | "off"> | undefined = processSignals(),
): LevelControl {
  let level = configured;
  let ending: NodeJS.Timeout | undefined;

  function end(): void {
    clearTimeout(ending);
    ending = undefined;
    log.info({ log_level: level }, "the log is at its configured level again");
    log.setLevel(level);
    changed(false);
  }

  function begin(): void {
    log.setLevel("debug");
    ending = setTimeout(end, DEBUG_MS);
    ending.unref();
    log.info({ minutes: DEBUG_MS / 60_000 }, "SIGUSR2: everything is logged for a while; another SIGUSR2 ends it");
    changed(true);
  }

  const listener = (): void => (ending === undefined ? begin() : end());
  signals?.on("SIGUSR2", listener);
  return Object.freeze<LevelControl>({
    configure(next) {
      level = next;
      if (ending === undefined) log.setLevel(next);
    },
    everything(on) {
      if (on === (ending !== undefined)) return;
      if (on) begin();
      else end();
    },
    forget() {
      signals?.off("SIGUSR2", listener);
      clearTimeout(ending);
    },
  });
}

/** Windows has no such signal. */
function processSignals(): Pick<NodeJS.EventEmitter, "on" | "off"> | undefined {
  return process.platform === "win32" ? undefined : process;
}
