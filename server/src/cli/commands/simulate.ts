import type { Command } from "commander";
import type { Terminal } from "../output/terminal.ts";
import { simulatorCli } from "../server/load-simulator.ts";

/** `hufu simulate`: the command line of `@hufu/simulator`, which reads the options itself. */
export function addSimulate(program: Command, terminal: Terminal, end: (code: number) => void): void {
  program
    .command("simulate")
    .summary("run a simulated WeChat to test against")
    .helpOption(false)
    .allowUnknownOption()
    .allowExcessArguments()
    .action(async (_options: unknown, command: Command) => {
      const { main } = await simulatorCli("hufu simulate");
      end(await main(command.args, terminal, "hufu simulate"));
    });
}
