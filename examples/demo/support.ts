import { inWords } from "./in-words.ts";
import type { Operator } from "./operator.ts";
import type { Phone } from "./phone.ts";
import type { Shop } from "./shop.ts";
import type { Walk } from "./step.ts";

/** Whom support has to do with. */
export type Callers = Readonly<Record<"alice" | "bob" | "boss", Phone>>;

/** Somebody calls support: "it keeps signing me out". */
export async function supportByCommandLine(walk: Walk, { operator }: Shop, { alice, bob, boss }: Callers) {
  const { title, step } = walk;
  title("Support, by the command line: why was this phone signed out?");
  await step("boss:  DELETE /staff/users/42/sessions", "200 sessions ended: 1", async () =>
    inWords(await boss.call("DELETE", "/staff/users/42/sessions")),
  );
  await step("alice: refresh", "400 session_kicked", async () => inWords(await alice.refresh()));
  await step("operator: hufu sessions list 42", "kicked by user 7, rule administrator", async () =>
    lastEnd(operator, await operator("sessions", "list", "42", "--json")),
  );
  await step("operator: hufu users ban 42 --reason spam", "42 is banned for good", async () =>
    bannedInWords(await operator("users", "ban", "42", "--reason", "spam")),
  );
  await step("alice: taps “sign in”: a new code", "403 account_banned", async () => inWords(await alice.signIn()));
  await step("operator: hufu users unban 42", "42 may sign in again", async () =>
    bannedInWords(await operator("users", "unban", "42", "--reason", "a mistake")),
  );
  await step("alice: taps “sign in”: a new code", "200 user 42, member", async () => inWords(await alice.signIn()));

  let move = "";
  await step("operator: hufu users link 43 42, by mistake", "1 identity moves, 1 session ends", async () => {
    const linked: Linked = JSON.parse(await operator("users", "link", "43", "42", "--yes", "--json"));
    move = linked.move;
    return `${linked.identities.length} identity moves, ${linked.sessions.length} session ends`;
  });
  await seeWhoseOrders(walk, bob, "200 orders 1001, 1002");
  await step("operator: hufu users undo m_…", "1 identity moves, 1 session ends", async () => {
    const undone: Linked = JSON.parse(await operator("users", "undo", move, "--json"));
    return `${undone.identities.length} identity moves, ${undone.sessions.length} session ends`;
  });
  await seeWhoseOrders(walk, bob, "200 orders 2001");
}

/** What `link --json` and `undo --json` print, as far as it is shown. */
interface Linked {
  readonly move: string;
  readonly identities: readonly string[];
  readonly sessions: readonly string[];
}

/** A link ends bob's session: the mini program signs in again by itself, as the user that he is now. */
export function seeWhoseOrders({ step }: Walk, bob: Phone, orders: string): Promise<void> {
  return step("bob:   one silent sign-in, GET /orders", orders, async () => {
    const answer = await bob.signIn();
    return inWords(answer.status === 200 ? await bob.call("GET", "/orders") : answer);
  });
}

/** How the newest session that is over ended, with the name that the shop has for who did it. */
async function lastEnd(operator: Operator, listed: string): Promise<string> {
  const { items }: { items: readonly { ended: { why: string; rule: string; by: string } | null }[] } =
    JSON.parse(listed);
  const end = items.find(({ ended }) => ended !== null)?.ended;
  if (end == null) return "no session has ended";
  const found: { items: readonly { external_id: string }[] } = JSON.parse(
    await operator("users", "find", end.by, "--json"),
  );
  return `${end.why} by user ${found.items[0]?.external_id}, rule ${end.rule}`;
}

/** `u_… (42) is banned for good.` → `42 is banned for good`. */
function bannedInWords(printed: string): string {
  return printed.replace(/^u_\S+ \((\d+)\) (.*)\.$/, "$1 $2");
}
