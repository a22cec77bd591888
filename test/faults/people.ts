import type { Heard } from "./ask-node.ts";
import { textIn, verdictOfHeard } from "./ask-node.ts";
import { newAttempt, refreshRequest, signInRequest } from "./client-requests.ts";
import type { Fleet } from "./nodes.ts";

/** Somebody who is signed in, with what they were given first. */
export interface Person {
  readonly name: string;
  readonly userId: string;
  readonly sid: string;
  readonly access: string;
  readonly refresh: string;
}

const WAIT_MS = 40;

/** What an access token is about; nobody checks the signature here. */
export function claimsIn(access: string): { readonly sub: string; readonly sid: string } {
  return JSON.parse(Buffer.from(access.split(".")[1] ?? "", "base64url").toString("utf8"));
}

/** Signs somebody in on a node, and insists. */
export async function signInAt(
  fleet: Fleet,
  port: number,
  name: string,
  more: Readonly<Record<string, string>> = {},
): Promise<Person> {
  const asked = signInRequest(fleet.code(name), more);
  const heard = await untilHeard(() => fleet.ask(port, asked));
  const access = textIn(heard, "access_token");
  if (access === "") throw new Error(`${name} was not signed in: ${verdictOfHeard(heard)}`);
  const { sub: userId, sid } = claimsIn(access);
  return { name, userId, sid, access, refresh: textIn(heard, "refresh_token") };
}

/** Refreshes on a node, and insists. Answers the child. */
export async function childAt(fleet: Fleet, port: number, token: string, attempt?: string): Promise<string> {
  const asked = refreshRequest(token, attempt ?? newAttempt());
  const heard = await untilHeard(() => fleet.ask(port, asked));
  const child = textIn(heard, "refresh_token");
  if (child === "") throw new Error(`no refresh: ${verdictOfHeard(heard)}`);
  return child;
}

/** Asks the same again while the answer is 503 or none, as clients are told to. */
export async function untilHeard(ask: () => Promise<Heard>, times = 100): Promise<Heard> {
  for (let time = 1; ; time += 1) {
    const heard = await ask();
    const isOver = heard.kind === "answer" && heard.status !== 503;
    if (isOver || time === times) return heard;
    await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
  }
}

/** Runs them with at most so many under way. */
export async function inLanes<Item>(
  items: readonly Item[],
  lanes: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const left = [...items];
  const lane = async (): Promise<void> => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}
