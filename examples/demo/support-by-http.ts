import { inWords } from "./in-words.ts";
import type { Phone } from "./phone.ts";
import type { Walk } from "./step.ts";
import { type Callers, seeWhoseOrders } from "./support.ts";

/** The same by HTTP, as a back office would do it: what Hufu answers below `/auth/admin`, and a link by the shop itself. */
export async function supportByHttp(walk: Walk, { alice, bob, boss }: Callers): Promise<void> {
  const { title, step } = walk;
  title("Support, by HTTP: the same for a back office");
  await step("boss:  DELETE /staff/users/42/sessions", "200 sessions ended: 1", async () =>
    inWords(await boss.call("DELETE", "/staff/users/42/sessions")),
  );
  let request = "";
  await step("alice: refresh, and reads out its request_id", "400 session_kicked", async () => {
    const answer = await alice.refresh();
    request = answer.body.request_id ?? "";
    return inWords(answer);
  });
  let user = "";
  await step("boss:  POST /admin/users/search {request_id}", "kicked by user 7, rule administrator", async () => {
    const { status, body } = await boss.call("POST", "/auth/admin/users/search", { request_id: request });
    user = body.items?.[0]?.id ?? "";
    const end = body.session?.ended;
    return end == null ? `${status} no end` : `${end.why} by user ${await shopIdOf(boss, end.by)}, rule ${end.rule}`;
  });
  await step("boss:  PUT /admin/users/u_…/ban", "200 banned: spam", async () => {
    const { status, body } = await boss.call("PUT", `/auth/admin/users/${user}/ban`, { reason: "spam" });
    return `${status} ${body.status}: ${body.ban?.reason}`;
  });
  await step("alice: taps “sign in”: a new code", "403 account_banned", async () => inWords(await alice.signIn()));
  await step("boss:  DELETE /admin/users/u_…/ban", "204", async () =>
    inWords(await boss.call("DELETE", `/auth/admin/users/${user}/ban`)),
  );
  await step("alice: taps “sign in”: a new code", "200 user 42, member", async () => inWords(await alice.signIn()));

  let move = "";
  await step("boss:  POST /staff/links {43, 42}, by mistake", "200 identities moved: 1", async () => {
    const answer = await boss.call("POST", "/staff/links", { from: "43", into: "42" });
    move = answer.body.move ?? "";
    return inWords(answer);
  });
  await step("bob:   GET /orders, the token from before", "401 token_revoked, why=reset", async () =>
    inWords(await bob.call("GET", "/orders")),
  );
  await seeWhoseOrders(walk, bob, "200 orders 1001, 1002");
  await step("boss:  DELETE /staff/links/m_…", "200 identities moved: 1", async () =>
    inWords(await boss.call("DELETE", `/staff/links/${move}`)),
  );
  await seeWhoseOrders(walk, bob, "200 orders 2001");
}

async function shopIdOf(boss: Phone, id: string): Promise<string | undefined> {
  return (await boss.call("GET", `/auth/admin/users/${id}`)).body.external_id;
}
