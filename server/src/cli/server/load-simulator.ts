import type * as Simulator from "@hufu/simulator";
import type * as SimulatorCli from "@hufu/simulator/cli";
import { Failure } from "../output/failure.ts";

/** The simulated platform. A production install does not carry it. */
export function loadSimulator(command: string): Promise<typeof Simulator> {
  return import("@hufu/simulator").catch((error: unknown) => refuse(error, command));
}

/** The simulator's own command line. */
export function simulatorCli(command: string): Promise<typeof SimulatorCli> {
  return import("@hufu/simulator/cli").catch((error: unknown) => refuse(error, command));
}

function refuse(error: unknown, command: string): never {
  if (!isMissing(error)) throw error;
  throw new Failure(
    `${command} needs the package @hufu/simulator, which is not installed. Run: npx -p hufu -p @hufu/simulator ${command}`,
    { cause: error },
  );
}

function isMissing(error: unknown): boolean {
  return (
    error instanceof Error &&
    "code" in error &&
    error.code === "ERR_MODULE_NOT_FOUND" &&
    error.message.includes("@hufu/simulator")
  );
}
