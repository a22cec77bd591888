import type { Command } from "commander";
import type { SimulatedApp } from "../simulator/apps.ts";
import { Failure } from "./failure.ts";
import { isEverywhere, lanAddress } from "./lan-address.ts";
import { portNumber } from "./serve.ts";
import { awaitStopSignal } from "./stop-signal.ts";
import type { Terminal } from "./terminal.ts";

interface SimulateOptions {
  readonly port: number;
  readonly host: string;
  readonly app?: readonly string[];
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
      (app: string, before: readonly string[] = []) => [...before, app],
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
    .action((options: SimulateOptions, command: Command) => {
      const apps = (options.app ?? []).map(appOf);
      // Not repeated: half of it is a secret.
      if (!apps.every((app) => app !== undefined)) command.error("error: --app: write APPID:SECRET");
      else return simulate(options, apps, terminal);
    });
}

async function simulate(
  { port, host, unknownCodes }: SimulateOptions,
  apps: readonly SimulatedApp[],
  terminal: Terminal,
): Promise<void> {
  const stop = awaitStopSignal();
  try {
    // Only here: what other commands do not need, they do not wait for.
    const { createSimulatedWeChat } = await import("../simulator/create-simulated-wechat.ts");
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
    const here = isEverywhere(host) ? `http://127.0.0.1:${new URL(url).port}` : url;
    terminal.out(
      `A simulated WeChat listens on ${here}; ${here}/_simulator explains it. Not for production.\n${fromElsewhere(host, url)}`,
    );
    await stop.received;
    await close();
  } finally {
    stop.forget();
  }
}

function fromElsewhere(host: string, url: string): string {
  if (!isEverywhere(host)) return "";
  const address = lanAddress();
  if (address === undefined) return "This machine has no address in a local network.\n";
  return `Other machines in the same network call http://${address}:${new URL(url).port}\n`;
}

function appOf(text: string): SimulatedApp | undefined {
  const colon = text.indexOf(":");
  if (colon < 1 || colon === text.length - 1) return undefined;
  return { appId: text.slice(0, colon), appSecret: text.slice(colon + 1) };
}
