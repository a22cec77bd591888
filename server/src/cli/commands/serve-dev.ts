import { toBase64url } from "../../core/base64url.ts";
import { systemRandom } from "../../core/random.ts";
import type { HufuOptions } from "../../hufu/options/options.ts";
import { Failure } from "../output/failure.ts";
import type { Terminal } from "../output/terminal.ts";
import { devBanner } from "../server/dev-banner.ts";
import { readDevCommands } from "../server/dev-console.ts";
import { keptFolder, temporaryFolder, writeDevConfig } from "../server/dev-folder.ts";
import { type HttpServer, startHttpServer } from "../server/http-server.ts";
import { isEverywhere, lanAddress } from "../server/lan-address.ts";
import { loadSimulator } from "../server/load-simulator.ts";
import { createLog, type LogLevel } from "../server/log.ts";
import { debugOnSignal } from "../server/log-level.ts";
import { runServer } from "../server/run-server.ts";

export interface DevOptions {
  readonly port?: number;
  readonly host?: string;
  readonly data?: string;
  readonly clientSecret?: string;
  readonly logLevel?: LogLevel;
}

const BACKEND = "backend";
/** Whom codes of real WeChat DevTools are mapped to. */
const DEV_USER = "developer";
const DEV_PHONE = "13800000000";
const LONGEST_APPID = 64;

/** `hufu serve --dev`: everything from nothing, and nothing of it for production. Answers the exit code. */
export async function serveDev(options: DevOptions, terminal: Terminal): Promise<number> {
  refuseInProduction(terminal);
  // Before the port is taken: a missing package should be named first, also where the port is in use.
  const simulator = await loadSimulator("hufu serve --dev");
  const { host = "127.0.0.1", port = 8080, clientSecret = toBase64url(systemRandom(24)) } = options;
  // The issuer names the port, so the port is taken first; until Hufu is there it answers 503.
  const server = await startHttpServer(host, port);
  try {
    return await serveDevOn(server, simulator, { ...options, host, clientSecret }, terminal);
  } finally {
    await server.drain(0, 0);
  }
}

function refuseInProduction({ env }: Terminal): void {
  if (env["NODE_ENV"] !== "production") return;
  throw new Failure(
    "NODE_ENV is production: hufu serve --dev lets anybody sign in as anybody; use hufu serve --config FILE",
  );
}

async function serveDevOn(
  server: HttpServer,
  { createSimulatedWeChat }: Awaited<ReturnType<typeof loadSimulator>>,
  options: DevOptions & { readonly host: string; readonly clientSecret: string },
  terminal: Terminal,
): Promise<number> {
  const { host, clientSecret } = options;
  const kept = options.data === undefined ? temporaryFolder() : keptFolder(options.data);
  const platform = createSimulatedWeChat({
    anyApp: true,
    unknownCodes: { user: DEV_USER, phoneNumber: DEV_PHONE },
  });
  const simulator = await platform.listen(server.port + 1).catch(() => platform.listen(0));
  const issuer = `http://127.0.0.1:${server.port}/auth`;
  const logLevel = options.logLevel ?? "info";
  const log = createLog(logLevel);
  const level = debugOnSignal(log, logLevel);
  let stopReading = (): void => undefined;
  try {
    return await runServer({
      options: {
        ...devOptions(simulator.url, clientSecret),
        environment: { stage: "development" },
        issuer,
        secret: kept.secret,
        database: kept.database,
      },
      log,
      drainMs: 0,
      listen: async () => server,
      started(hufu) {
        const config = writeDevConfig(kept, { issuer, endpoint: simulator.url });
        stopReading = readDevCommands(hufu, process.stdin, terminal.err);
        terminal.err(
          devBanner({
            issuer,
            port: server.port,
            simulator: simulator.url,
            clientId: BACKEND,
            clientSecret,
            config,
            folder: options.data === undefined ? undefined : kept.folder,
            phoneAddress: isEverywhere(host) ? lanAddress() : undefined,
            reachable: isEverywhere(host),
          }),
        );
      },
    });
  } finally {
    stopReading();
    level.forget();
    await simulator.close();
    kept.remove();
  }
}

/** The example of docs/protocol.md §10, for any app. */
function devOptions(
  endpoint: string,
  clientSecret: string,
): Pick<HufuOptions, "apps" | "clients" | "roles" | "defaultRoles"> {
  return {
    apps: (clientId) =>
      clientId === BACKEND || clientId.length > LONGEST_APPID
        ? undefined
        : { appId: clientId, appSecret: "simulated", endpoint },
    clients: [
      {
        id: BACKEND,
        secret: clientSecret,
        permissions: ["hufu.tokens:introspect", "hufu.revocations:read"],
      },
    ],
    roles: { member: ["order:read:own", "order:create"], admin: ["order:read:all"] },
    defaultRoles: ["member"],
  };
}
