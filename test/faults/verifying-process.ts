// A back end in a process of its own: for each token on its standard input, a line with what its verifier says; and a line
// for each time that the verifier heard from the feed.
import { createInterface } from "node:readline";
import { HufuError } from "../../server/src/core/errors/errors.ts";
import { createVerifier, type VerifierOptions } from "../../server/src/verify/index.ts";

/** What it is asked. */
export interface Asked {
  readonly number: number;
  readonly token: string;
}

/** What it answers: `ok`, or the reason of the refusal. Number 0 is said once, when it is ready. */
export type Said = { readonly number: number; readonly verdict: string } | { readonly beats: number };

const LOOK_MS = 10;

function say(said: Said): void {
  process.stdout.write(`${JSON.stringify(said)}\n`);
}

const options: VerifierOptions = JSON.parse(process.argv[2] ?? "{}");
const verifier = createVerifier(options);
await verifier.ready();

let [beats, age] = [0, verifier.feedAge() ?? 0];
setInterval(() => {
  const now = verifier.feedAge() ?? 0;
  if (now < age) {
    beats += 1;
    say({ beats });
  }
  age = now;
}, LOOK_MS);

async function answer({ number, token }: Asked): Promise<void> {
  try {
    await verifier.checkToken(token);
    say({ number, verdict: "ok" });
  } catch (error) {
    say({ number, verdict: error instanceof HufuError ? error.reason : String(error) });
  }
}
createInterface({ input: process.stdin })
  .on("line", (line) => void answer(JSON.parse(line)))
  .once("close", () => process.exit(0));
say({ number: 0, verdict: "ok" });
