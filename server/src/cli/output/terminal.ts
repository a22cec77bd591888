import { createInterface, type Interface } from "node:readline";
import { Writable } from "node:stream";
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
  /** May a line on standard error be written over with a carriage return? Default: no. */
  readonly overwrites?: boolean;
  /** All of standard input. */
  read(): Promise<string>;
  /** Asks and waits for a line; absent if there is no terminal to ask at. An empty line if the user leaves. */
  readonly ask?: ((question: string) => Promise<string>) | undefined;
  /** The same without showing what is typed; absent where `ask` is. */
  readonly askHidden?: ((question: string) => Promise<string>) | undefined;
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
    overwrites: process.stderr.isTTY,
    read: () => text(process.stdin),
    ask: process.stdin.isTTY ? askHere : undefined,
    askHidden: process.stdin.isTTY ? askWithoutEcho : undefined,
    now: () => Date.now(),
  });
}

/** On standard error, because what a command answers may go into a file. */
function askHere(question: string): Promise<string> {
  return askOn(createInterface({ input: process.stdin, output: process.stderr }), question);
}

/** The terminal's own echo is off while readline reads it, and readline's echo goes nowhere. */
async function askWithoutEcho(question: string): Promise<string> {
  process.stderr.write(question);
  const nowhere = new Writable({ write: (_words, _encoding, done) => done() });
  const answer = await askOn(createInterface({ input: process.stdin, output: nowhere, terminal: true }), "");
  process.stderr.write("\n");
  return answer;
}

function askOn(lines: Interface, question: string): Promise<string> {
  return new Promise((resolve) => {
    lines.once("close", () => resolve(""));
    lines.question(question, (answer) => {
      resolve(answer);
      lines.close();
    });
  });
}
