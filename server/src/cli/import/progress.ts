import type { Terminal } from "../output/terminal.ts";

/** Lines between two words where each stays. */
const STEP = 100_000;

/** Says how far it is. On a terminal one line is written over and over, elsewhere one comes now and then. */
export interface Progress {
  at(line: number, share: number): void;
  /** Ends the line that is written over. */
  end(): void;
}

/** @param what such as `Checked` */
export function createProgress({ err, overwrites = false }: Terminal, what: string): Progress {
  let said = 0;
  let isOpen = false;
  return Object.freeze<Progress>({
    at(line, share) {
      const words = `${what} ${line} lines (${Math.floor(share * 100)} %)`;
      if (overwrites) {
        err(`\r${words}`);
        isOpen = true;
      } else if (line - said >= STEP) {
        err(`${words} …\n`);
        said = line;
      }
    },
    end() {
      if (isOpen) err("\n");
      isOpen = false;
    },
  });
}
