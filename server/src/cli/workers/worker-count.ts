import { availableParallelism } from "node:os";
import { InvalidArgumentError } from "commander";

/** As many nodes as say that they run, and so as many as `hufu doctor` can compare. */
const WORKERS_MOST = 64;

/**
 * What `--workers` says: a number, or `auto` for the cores that this process may use.
 * @throws InvalidArgumentError, which is a mistake in the command line
 */
export function workerCount(text: string): number {
  if (text === "auto") return Math.min(availableParallelism(), WORKERS_MOST);
  const count = Number(text);
  if (!/^\d{1,2}$/.test(text) || count < 1 || count > WORKERS_MOST) {
    throw new InvalidArgumentError(`Write a number from 1 to ${WORKERS_MOST}, or auto for one worker a core.`);
  }
  return count;
}
