import type { Command } from "commander";
import type { ServerConfig } from "../config/config-schema.ts";
import { localAddress } from "../config/local-address.ts";
import { withConfigOption } from "../config/open-deployment.ts";
import { readConfig } from "../config/read-config.ts";
import { Failure } from "../output/failure.ts";
import type { Terminal } from "../output/terminal.ts";

const ANSWER_MS = 2500;

/** `hufu health`: asks the server that runs here by a configuration whether it is ready; for an image's health check. */
export function addHealth(program: Command, terminal: Terminal): void {
  withConfigOption(program.command("health"))
    .summary("ask the server of this configuration whether it is ready")
    .description(
      "Asks readyz of the server that runs on this machine by a configuration. The exit code is 1 if it is not ready.",
    )
    .addHelpText(
      "after",
      `
Examples:
  $ hufu health --config hufu.json
  HEALTHCHECK CMD ["node_modules/.bin/hufu", "health", "--config", "/etc/hufu/hufu.json"]   (in a Dockerfile)`,
    )
    .action(async ({ config }: { config: string }) => {
      const url = readyAddress(await readConfig(config, terminal));
      const status = await statusOf(url);
      if (status !== 200) throw new Failure(`${url} answered ${status}: the server is not ready`);
      terminal.out("The server is ready.\n");
    });
}

/** Where the server of a configuration answers readyz. @throws Failure if its port is not known */
export function readyAddress(config: Pick<ServerConfig, "issuer" | "listen">): string {
  const address = localAddress(config);
  if (address === undefined) throw new Failure("listen.port is 0, a free port: hufu health cannot know which one");
  return `${address}/readyz`;
}

async function statusOf(url: string): Promise<number> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS), redirect: "error" });
    await response.body?.cancel();
    return response.status;
  } catch (cause) {
    throw new Failure(`${url} did not answer within ${ANSWER_MS / 1000} s: is the server running?`, { cause });
  }
}
