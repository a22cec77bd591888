import type { Command } from "commander";
import type { SimulatedApp } from "../simulator/apps.ts";
import { createSimulatedWeChat } from "../simulator/create-simulated-wechat.ts";
import { Failure } from "./failure.ts";
import { portNumber } from "./serve.ts";
import { awaitStopSignal } from "./stop-signal.ts";
import type { Terminal } from "./terminal.ts";

interface SimulateOptions {
  readonly port: number;
  readonly host: string;
  readonly app: readonly string[];
  readonly unknownCodes?: string;
}

/** `hufu simulate`: a platform to test against. */
export function addSimulate(program: Command, terminal: Terminal): void {
  program
    .command("simulate")
    .summary("run a simulated WeChat to test against")
    .description("Runs a simulated api.weixin.qq.com: codes, session keys, phone numbers, and faults on demand.")
    .option("--port <number>", "the port, 0 for a free one", portNumber, 8090)
    .option("--host <address>", "the address", "127.0.0.1")
    .option(
      "--app <appid:secret>",
      "a mini program that exists; may be repeated (default: any appid with any secret)",
      (app: string, before: readonly string[]) => [...before, app],
      [],
    )
    .option("--unknown-codes <user>", "take codes that it never issued as this user's, as WeChat DevTools sends them")
    .addHelpText(
      "after",
      `
Examples:
  $ hufu simulate
  $ hufu simulate --port 8090 --app wx-demo:a-secret
  $ curl http://127.0.0.1:8090/_simulator                        (explains codes, users and faults)
  $ curl http://127.0.0.1:8090/_simulator/codes -d '{"appId":"wx-demo","user":"alice"}'

In the configuration of hufu serve:
  "apps": [{ "appId": "wx-demo", "appSecret": "a-secret", "endpoint": "http://127.0.0.1:8090" }]

Not for production: whoever reaches it can sign in as anybody.`,
    )
    .action((options: SimulateOptions) => simulate(options, terminal));
}

async function simulate({ port, host, app, unknownCodes }: SimulateOptions, terminal: Terminal): Promise<void> {
  const stop = awaitStopSignal();
  try {
    const apps = app.map(appOf);
    const platform = createSimulatedWeChat({
      apps,
      anyApp: apps.length === 0,
      ...(unknownCodes === undefined ? {} : { unknownCodes: { user: unknownCodes } }),
    });
    const { url, close } = await platform.listen(port, host).catch((error: unknown) => {
      throw new Failure(`cannot listen on ${host}:${port}: another program uses it, or this machine lacks it`, {
        cause: error,
      });
    });
    terminal.out(`A simulated WeChat listens on ${url}; ${url}/_simulator explains it. Not for production.\n`);
    await stop.received;
    await close();
  } finally {
    stop.forget();
  }
}

function appOf(text: string): SimulatedApp {
  const colon = text.indexOf(":");
  if (colon < 1 || colon === text.length - 1) throw new Failure("--app: write APPID:SECRET");
  return { appId: text.slice(0, colon), appSecret: text.slice(colon + 1) };
}
