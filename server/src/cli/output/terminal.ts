import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";

/** The environment around a command. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Relative paths begin here. */
  readonly folder: string;
  /** Writes to standard output. */
  out(text: string): void;
  /** Writes to standard error. */
  err(text: string): void;
  /** All of standard input. */
  read(): Promise<string>;
  /** Asks and waits for a line; absent where nobody can be asked. An empty line if they leave. */
  readonly ask?: (question: string) => Promise<string>;
  /** Epoch milliseconds. */
  now(): number;
}

/** The terminal of this process. */
export function systemTerminal(): Terminal {
  return Object.freeze<Terminal>({
    env: process.env,
    folder: process.cwd(),
    out: (words) => void process.stdout.write(words),
    err: (words) => void process.stderr.write(words),
    read: () => text(process.stdin),
    ...(process.stdin.isTTY ? { ask: askHere } : {}),
    now: () => Date.now(),
  });
}

/** On standard error, because what a command answers may go into a file. */
function askHere(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  return new Promise((resolve) => {
    lines.once("close", () => resolve(""));
    lines.question(question, (answer) => {
      resolve(answer);
      lines.close();
    });
  });
}
