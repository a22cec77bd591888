import type { RequestListener } from "node:http";
import { isDeepStrictEqual } from "node:util";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { Logger } from "../../core/log/log.ts";
import { createNotices } from "../../core/log/notices.ts";
import { durationMs } from "../../core/time/duration.ts";
import type { HufuOptions } from "../../hufu/options/options.ts";
import type { ServerConfig } from "../config/config-schema.ts";
import { findDatabase } from "../config/find-database.ts";
import { readConfig } from "../config/read-config.ts";
import { toHufuOptions } from "../config/to-hufu-options.ts";
import type { Terminal } from "../output/terminal.ts";
import { startHttpServer } from "../server/http-server.ts";
import { createLog, LOG_LEVELS, type LogLevel } from "../server/log.ts";
import { debugOnSignal } from "../server/log-level.ts";
import { loggedListener } from "../server/logged-listener.ts";
import { METRICS_PATH, type MetricsListener, startMetricsListener } from "../server/metrics-listener.ts";
import { runServer } from "../server/run-server.ts";
import { workerCount } from "../workers/worker-count.ts";
import type { WorkerLink } from "../workers/worker-link.ts";
import { serveDev } from "./serve-dev.ts";

interface ServeOptions {
  readonly config?: string;
  readonly dev?: boolean;
  readonly port?: number;
  readonly host?: string;
  readonly data?: string;
  readonly clientSecret?: string;
  readonly logLevel?: LogLevel;
  readonly workers?: number;
}

const NO_ROOM =
  "connections are refused with 503, because this process has no file descriptor left for them; raise ulimit -n if it is no attack";

const DEV_OPTIONS = ["port", "host", "data", "clientSecret"] as const;

/** `hufu serve`: answers over HTTP until it is told to stop. */
export function addServe(program: Command, terminal: Terminal, end: (code: number) => void): void {
  program
    .command("serve")
    .summary("serve sign-in over HTTP")
    .description("Serves sign-in over HTTP, from a configuration or, for development, from nothing at all.")
    .option("-c, --config <file>", "the configuration: JSON, or a JavaScript or TypeScript module")
    .option(
      "--workers <number>",
      "serve with so many processes on one port; auto: one a core (default: no others)",
      workerCount,
    )
    .option("--dev", "for development: needs no configuration, accepts any appid, simulates the platform")
    .option("--port <number>", "with --dev: the port, 0 for a free one (default 8080)", portNumber)
    .option("--host <address>", "with --dev: the address; 0.0.0.0 lets a phone in (default 127.0.0.1)")
    .option("--data <folder>", "with --dev: keep database and secret in this folder")
    .option("--client-secret <secret>", 'with --dev: the secret of the client "backend" (default: a random one)')
    .addOption(
      new Option("--log-level <level>", "what to log (default: logLevel of the configuration, else info)").choices(
        LOG_LEVELS,
      ),
    )
    .addHelpText(
      "after",
      `
Examples:
  $ hufu serve --config hufu.json
  $ hufu serve --config hufu.json --workers auto     (on a database server, with a core for each)
  $ hufu serve --dev
  $ hufu serve --dev --host 0.0.0.0 --data .hufu     (a phone may call, and a restart forgets nothing)

In a configuration any text may be env:NAME or file:PATH; PATH begins in the configuration's folder, and the file's last
line breaks do not count. A relative sqlite:FILE begins in the folder that hufu was started in.

A first configuration:
  { "issuer": "https://api.example.com/auth",
    "database": "sqlite:hufu.db",
    "secret": ["env:HUFU_SECRET"],
    "apps": [{ "appId": "wx…", "appSecret": "env:WX_SECRET" }],
    "roles": { "member": ["order:read:own", "order:create"] },
    "defaultRoles": ["member"] }

On SIGTERM readyz turns to 503 at once, and requests are answered for five seconds more ("drain" in the configuration),
so that load balancers go elsewhere. Then, and on SIGINT at once, the port is closed and requests under way are
finished, for ten seconds at most. On SIGHUP the configuration is read again: log level, secrets, apps, clients and all
else but listen, metrics and drain; a mistake in it is logged and changes nothing. On
SIGUSR2 everything is logged for ten minutes, or until another SIGUSR2. A second signal to stop ends the server at once (the same one within half a second counts as one).
With --workers each signal goes to the first process, which passes it on. A worker that dies is replaced; readyz is 200
while all are ready. Each worker has its own pool of connections (?pool= in the database's URL), so they add up.
The log is one JSON object a line, on standard output; lines that nobody reads are dropped and counted.`,
    )
    .action(async (options: ServeOptions, command: Command) => {
      if (options.dev === true) {
        if (options.config !== undefined) command.error("error: --dev needs no --config; leave one of them out");
        if (options.workers !== undefined) command.error("error: --workers needs --config; --dev is one process");
        return end(await serveDev(options, terminal));
      }
      const stray = DEV_OPTIONS.find((name) => options[name] !== undefined);
      if (stray !== undefined) {
        const flag = stray === "clientSecret" ? "client-secret" : stray;
        command.error(`error: --${flag} belongs to --dev; a configuration says it itself`);
      }
      if (options.config === undefined) command.error("error: serve needs --config FILE, or --dev");
      else if (options.workers === undefined) end(await serve(options.config, options.logLevel, terminal));
      else end(await serveTogether({ ...options, config: options.config }, options.workers, terminal));
    });
}

/** As the primary or, started by it, as one of its workers. */
async function serveTogether(
  { config, logLevel }: ServeOptions & { readonly config: string },
  workers: number,
  terminal: Terminal,
): Promise<number> {
  const { linkToPrimary } = await import("../workers/worker-link.ts");
  const link = linkToPrimary();
  if (link !== undefined) return serve(config, logLevel, terminal, link).finally(link.release);
  const { runPrimary } = await import("../workers/primary.ts");
  return runPrimary(workers, logLevel);
}

async function serve(
  configFile: string,
  logLevel: LogLevel | undefined,
  terminal: Terminal,
  link?: WorkerLink,
): Promise<number> {
  const written = await readConfig(configFile, terminal);
  link?.check(written);
  const options = hufuOptionsOf(written, terminal, link);
  const log = createLog(logLevel ?? written.logLevel, undefined, link?.number);
  const begun = await link?.begin(written, logLevel ?? written.logLevel);
  const config = { ...written, ...begun?.fixed };
  const { host, port, path } = config.listen;
  let { accessLog } = config;
  const notices = createNotices({ log });
  warnOfNoApps(options, log);
  const inAccessLog = (listener: RequestListener): RequestListener =>
    loggedListener(listener, { log, endpoint: METRICS_PATH, isLogged: () => accessLog !== false });
  const metrics = config.metrics && (await measuring(config.metrics, log, inAccessLog, link));
  const level = debugOnSignal(log, logLevel ?? config.logLevel, undefined, link?.levelSignals);
  link?.giveLevel(level);
  if (begun?.everything === true) level.everything(true);
  const served = runServer({
    options: measured(options, metrics),
    log,
    drainMs: durationMs(config.drain) ?? 0,
    serving: () => ({ ...(path === undefined ? {} : { path }), accessLog }),
    listen: () => startHttpServer(host, port, { noCapacity: () => notices.warn("connections_refused", {}, NO_ROOM) }),
    readiness: link?.readiness,
    ...(link === undefined ? {} : { started: link.started }),
    async reload() {
      const next = await readConfig(configFile, terminal);
      link?.check(next);
      const changed = hufuOptionsOf(next, terminal, link);
      return {
        options: measured(changed, metrics),
        inForce() {
          link?.settings(next, logLevel ?? next.logLevel);
          level.configure(logLevel ?? next.logLevel);
          ({ accessLog } = next);
          warnOfNoApps(changed, log);
          if (isDeepStrictEqual(fixedPart(next), fixedPart(config))) return;
          log.warn(
            {},
            "SIGHUP: listen, metrics or drain has changed in the configuration, and waits for the next start",
          );
        },
      };
    },
  });
  // Metrics can be read until the last request was answered.
  return served.finally(() => metrics?.close()).finally(level.forget);
}

/** What a running server cannot change. */
function fixedPart({ listen, metrics, drain }: ServerConfig): readonly unknown[] {
  return [listen, metrics, drain];
}

type Metrics = Pick<MetricsListener, "registry" | "close">;

/** A worker's metrics are served by its primary. */
async function measuring(
  address: NonNullable<ServerConfig["metrics"]>,
  log: Logger,
  around: (listener: RequestListener) => RequestListener,
  link: WorkerLink | undefined,
): Promise<Metrics> {
  if (link !== undefined) return (await import("../workers/worker-metrics.ts")).workerMetrics(link);
  const listener = await startMetricsListener(address, log, around);
  log.info({ address: listener.url }, "metrics are served at /metrics");
  return listener;
}

function measured(options: HufuOptions, metrics: Metrics | undefined): HufuOptions {
  return metrics === undefined ? options : { ...options, metrics: metrics.registry };
}

function hufuOptionsOf(config: ServerConfig, terminal: Terminal, link: WorkerLink | undefined): HufuOptions {
  const options = toHufuOptions(config);
  return {
    ...options,
    database: findDatabase(options.database, terminal.folder).url,
    ...(link === undefined ? {} : { environment: { processes: link.count } }),
  };
}

function warnOfNoApps({ apps }: HufuOptions, log: Logger): void {
  if (Array.isArray(apps) && apps.length === 0) log.warn({}, "apps is empty: nobody can sign in");
}

/** @throws InvalidArgumentError, which is a mistake in the command line */
function portNumber(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new InvalidArgumentError("A port is a number from 0 to 65535.");
  return port;
}
