import { styleText } from "node:util";

const SENT = 46;
const CAME_BACK = 38;

/** What a step did not get. */
export class StepFailed extends Error {
  override readonly name = "StepFailed";
}

/** A walk through promises: each step one line, and the walk ends at the first that is not kept. */
export interface Walk {
  title(text: string): void;
  /**
   * Acts, and prints what was sent, what came back and how long it took.
   * @param expected what `act` must answer
   * @throws StepFailed with both, if it answers something else or throws
   */
  step(sent: string, expected: string, act: () => Promise<string> | string): Promise<void>;
  /** How many steps were taken, and for how many milliseconds. */
  taken(): { readonly steps: number; readonly ms: number };
}

/**
 * @param print takes one line without its end
 * @param colour default `false`: plain text
 */
export function createWalk(
  print: (line: string) => void,
  { colour = false, now = () => performance.now() } = {},
): Walk {
  const began = now();
  let steps = 0;
  const paint = (format: "bold" | "dim" | "green" | "red", text: string): string =>
    colour ? styleText(format, text, { validateStream: false }) : text;

  return Object.freeze({
    title(text: string): void {
      print(`\n${paint("bold", text)}`);
    },
    async step(sent: string, expected: string, act: () => Promise<string> | string): Promise<void> {
      steps += 1;
      const before = now();
      let cameBack: string;
      try {
        cameBack = await act();
      } catch (error) {
        cameBack = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      }
      const kept = cameBack === expected;
      const number = `${steps}`.padStart(2);
      const took = `${Math.round(now() - before)} ms`.padStart(8);
      const text = cameBack.padEnd(CAME_BACK);
      print(`${number}  ${sent.padEnd(SENT)} ${paint(kept ? "green" : "red", text)} ${paint("dim", took)}`);
      if (kept) return;
      print(paint("red", `    expected  ${expected}\n    got       ${cameBack}`));
      throw new StepFailed(`step ${steps} (${sent}) did not do what it says`);
    },
    taken: () => ({ steps, ms: now() - began }),
  });
}
