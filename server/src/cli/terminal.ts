import { text } from "node:stream/consumers";

/** The world around a command. */
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
    now: () => Date.now(),
  });
}
