import { Failure } from "./failure.ts";
import type { Terminal } from "./terminal.ts";

/**
 * Asks before something that cannot be taken back; `--yes` has answered already.
 * @param what says in one sentence what will happen
 * @throws Failure if the answer is not yes, and if there is no terminal to ask at
 */
export async function confirm(terminal: Terminal, what: string, yes: boolean): Promise<void> {
  if (yes) return;
  if (terminal.ask === undefined) throw new Failure(`${what} Nobody can be asked here; say --yes if that is meant`);
  const answer = await terminal.ask(`${what} Go on? (yes/no) `);
  if (answer.trim().toLowerCase() !== "yes") throw new Failure("nothing was changed");
}
