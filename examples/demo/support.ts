import { inWords } from "./in-words.ts";
import type { Operator } from "./operator.ts";
import type { Phone } from "./phone.ts";
import type { Shop } from "./shop.ts";
import type { Walk } from "./step.ts";

/** Somebody calls support: "it keeps signing me out". */
export async function supportAlice(walk: Walk, { operator }: Shop, people: Readonly<Record<"alice" | "boss", Phone>>) {
  const { title, step } = walk;
  const { alice, boss } = people;
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
