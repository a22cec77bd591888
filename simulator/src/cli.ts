import { once } from "node:events";
import { networkInterfaces } from "node:os";
import { Command, CommanderError, InvalidArgumentError } from "commander";
import type { SimulatedApp } from "./wechat/apps.ts";
import { createSimulatedWeChat } from "./wechat/create-simulated-wechat.ts";

const MISUSED = 2;
const FAILED = 1;
const DEFAULT_PORT = 8090;
const HIGHEST_PORT = 65_535;

/** Where the command line writes. */
export interface SimulatorOutput {
  out(text: string): void;
  err(text: string): void;
}

interface SimulateOptions {
  readonly port: number;
  readonly host: string;
  readonly app?: readonly string[];
  readonly unknownCodes?: string;
}

const thisProcess: SimulatorOutput = Object.freeze({
  out: (text: string) => void process.stdout.write(text),
  err: (text: string) => void process.stderr.write(text),
});

/**
 * The command line of `npx @hufu/simulator` and of `hufu simulate`. Runs until SIGTERM, SIGINT or SIGHUP.
 * Resolves with the exit code: 0, 1 if the port cannot be opened, 2 for a mistake in the command line. Never rejects.
 * @param argv what follows the program's name
 * @param name how the program is called in its help
 */
export async function main(
  argv: readonly string[],
  output: SimulatorOutput = thisProcess,
  name = "hufu-simulator",
): Promise<number> {
  try {
    await createProgram(output, name).parseAsync([...argv], { from: "user" });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : MISUSED;
    output.err(`${name}: ${error instanceof Error ? error.message : String(error)}\n`);
    return FAILED;
  }
}

function createProgram(output: SimulatorOutput, name: string): Command {
  const program = new Command(name)
    .description("Runs a simulated api.weixin.qq.com: codes, session keys, phone numbers, and faults on demand.")
    .option("--port <number>", "the port, 0 for a free one", portNumber, DEFAULT_PORT)
    .option("--host <address>", "the address", "127.0.0.1")
    .option(
      "--app <appid:secret>",
      "a mini program that exists; may be repeated (default: any appid with any secret)",
      (app: string, before: readonly string[] = []) => [...before, app],
    )
    .option("--unknown-codes <user>", "take codes that it never issued as this user's, as WeChat DevTools sends them")
    .exitOverride()
    .configureOutput({ writeOut: output.out, writeErr: output.err })
    .showHelpAfterError(`(${name} --help explains)`)
    .addHelpText(
      "after",
      `
Examples:
  $ ${name}
  $ ${name} --port 8090 --app wx-demo:a-secret
  $ curl http://127.0.0.1:8090/_simulator                        (explains codes, users and faults)
  $ curl http://127.0.0.1:8090/_simulator/codes -d '{"appId":"wx-demo","user":"alice"}'

In the configuration of hufu serve:
  "apps": [{ "appId": "wx-demo", "appSecret": "a-secret", "endpoint": "http://127.0.0.1:8090" }]

Not for production: every caller can sign in as any user.`,
    );
  return program.action(async (options: SimulateOptions) => {
    const apps = (options.app ?? []).map(appOf);
    // The argument is not repeated: half of it is a secret.
    if (!apps.every((app) => app !== undefined)) program.error("error: --app: write APPID:SECRET");
    else await simulate(options, apps, output);
  });
}

async function simulate(
  { port, host, unknownCodes }: SimulateOptions,
  apps: readonly SimulatedApp[],
  { out }: SimulatorOutput,
): Promise<void> {
  const stopped = Promise.race(["SIGTERM", "SIGINT", "SIGHUP"].map((signal) => once(process, signal)));
  const platform = createSimulatedWeChat({
    apps,
    anyApp: apps.length === 0,
    unknownCodes: unknownCodes === undefined ? undefined : { user: unknownCodes },
  });
  const { url, close } = await platform.listen(port, host).catch((error: unknown) => {
    throw new Error(
      `cannot listen on ${host}:${port}: another program uses this port, or this machine does not have this address`,
      { cause: error },
    );
  });
  const here = isEveryAddress(host) ? `http://127.0.0.1:${new URL(url).port}` : url;
  out(
    `A simulated WeChat listens on ${here}; ${here}/_simulator explains it. Not for production.\n${forOtherMachines(host, url)}`,
  );
  await stopped;
  await close();
}

function isEveryAddress(host: string): boolean {
  return host === "0.0.0.0" || host === "::";
}

function forOtherMachines(host: string, url: string): string {
  if (!isEveryAddress(host)) return "";
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const address = all.find(({ family, internal }) => family === "IPv4" && !internal)?.address;
  if (address === undefined) return "This machine has no address in a local network.\n";
  return `Other machines in the same network call http://${address}:${new URL(url).port}\n`;
}

function appOf(text: string): SimulatedApp | undefined {
  const colon = text.indexOf(":");
  if (colon < 1 || colon === text.length - 1) return undefined;
  return { appId: text.slice(0, colon), appSecret: text.slice(colon + 1) };
}

function portNumber(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > HIGHEST_PORT) {
    throw new InvalidArgumentError(`A port is a number from 0 to ${HIGHEST_PORT}.`);
  }
  return port;
}
