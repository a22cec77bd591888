// A process that gives orders to the nodes' database as a host's own back end would: one line of JSON in, one out.
// It is started by nodes.ts with the options of createHufu as its first argument.
import { createInterface } from "node:readline";
import { HufuError } from "../../server/src/core/errors/errors.ts";
import { createHufu, type Hufu, type HufuOptions } from "../../server/src/hufu/index.ts";

/** What it is told. */
export interface Order {
  readonly number: number;
  readonly what: "kick" | "kickAll" | "ban" | "list";
  /** A session or user id. */
  readonly of: string;
}

/** What it says when that is done. */
export interface Done {
  readonly number: number;
  /** `ok`, or the reason of the refusal. */
  readonly verdict: string;
  readonly sessions?: readonly SeenSession[] | undefined;
}

export interface SeenSession {
  readonly id: string;
  readonly status: string;
  readonly endWhy: string | null;
  readonly generation: number;
  readonly version: number;
}

async function carryOut(hufu: Hufu, { what, of }: Order): Promise<readonly SeenSession[] | undefined> {
  if (what === "kick") await hufu.sessions.kick(of);
  else if (what === "kickAll") await hufu.sessions.kickAll(of);
  else if (what === "ban") await hufu.users.ban(of, { reason: "fraud" });
  else {
    const sessions = await hufu.sessions.list(of, { ended: true });
    return sessions.map(({ id, status, endWhy, generation, version }) => ({ id, status, endWhy, generation, version }));
  }
  return undefined;
}

const options: HufuOptions = JSON.parse(process.argv[2] ?? "");
const hufu = await createHufu(options);
process.stdout.write('{"number":0,"verdict":"ok"}\n');
for await (const line of createInterface({ input: process.stdin })) {
  const order: Order = JSON.parse(line);
  void carryOut(hufu, order).then(
    (sessions) => say({ number: order.number, verdict: "ok", sessions }),
    (error: unknown) => {
      if (!(error instanceof HufuError)) throw error;
      say({ number: order.number, verdict: error.reason });
    },
  );
}
await hufu.close();

function say(done: Done): void {
  process.stdout.write(`${JSON.stringify(done)}\n`);
}
