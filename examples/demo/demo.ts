// `npm run demo [-- --phones 200 --seed 1]`: a shop, its back end with Hufu, and what happens on good days and bad ones;
// what an operator does about it; then the mini program itself on simulated phones, and a day of many of them in about a minute. Each step says what was
// sent, what came back and how long it took; the exit code is 0 only if every step did what it says.
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import { liveADay } from "./a-day.ts";
import { inWords } from "./in-words.ts";
import { walkOnPhones } from "./on-phones.ts";
import { createPhone, type Phone, send } from "./phone.ts";
import { openShop, type Shop } from "./shop.ts";
import { createWalk, StepFailed, type Walk } from "./step.ts";
import { supportByCommandLine } from "./support.ts";
import { supportByHttp } from "./support-by-http.ts";

const OWN = "200 orders 1001, 1002";
const ALL = "200 orders 1001, 1002, 2001";

interface People {
  readonly alice: Phone;
  readonly bob: Phone;
  readonly boss: Phone;
}

const { values } = parseArgs({
  options: { phones: { type: "string", default: "200" }, seed: { type: "string", default: "1" } },
});
const day = { phones: atLeastOne("phones", values.phones), seed: atLeastOne("seed", values.seed) };

const walk = createWalk(console.log, { colour: process.stdout.isTTY });
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));

console.log("Hufu beside an Express back end. Each step: what was sent, what came back, how long it took.");
let shop: Shop | undefined;
try {
  shop = await openShop();
  const { wechat, origin } = shop;
  const phoneOf = (user: string): Phone => createPhone(origin, () => wechat.issueCode({ user }));
  const people = { alice: phoneOf("alice"), bob: phoneOf("bob"), boss: phoneOf("boss") };
  await signInAndRead(walk, people);
  await meetABadDay(walk, shop, people);
  await changeARole(walk, people);
  await kick(walk, people);
  await showAnOpenid(walk, shop);
  await tamper(walk, people.bob, origin);
  await steal(walk, people.alice, origin);
  await supportByCommandLine(walk, shop, people);
  await supportByHttp(walk, people);
  await walkOnPhones(walk);
  await liveADay(walk, console.log, day);
  const { steps, ms } = walk.taken();
  console.log(`\nAll ${steps} steps did what they say, in ${(ms / 1000).toFixed(1)} s.`);
  console.log("npm start leaves it running and prints what to try with curl.");
} catch (error) {
  if (!(error instanceof StepFailed)) throw error;
  console.log(`\nThe walk ends here: ${error.message}.`);
  console.log("Everything that was started is being stopped; the exit code is 1.");
  process.exitCode = 1;
} finally {
  await shop?.close();
}

function atLeastOne(name: string, text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number >= 1) return number;
  console.error(`--${name}: a whole number from 1`);
  process.exit(2);
}

async function signInAndRead({ title, step }: Walk, { alice, boss }: People): Promise<void> {
  title("Silent sign-in, then orders");
  await step("alice: the code of wx.login", "200 user 42, member", async () => inWords(await alice.signIn()));
  await step("alice: GET /orders", OWN, () => getOrders(alice));
  await step("alice: GET /orders/2001, which is bob's", "403 permission_denied", async () =>
    inWords(await alice.call("GET", "/orders/2001")),
  );
  await step("boss:  the code of wx.login", "200 user 7, admin", async () => inWords(await boss.signIn()));
  await step("boss:  GET /orders", ALL, () => getOrders(boss));
}

async function meetABadDay({ title, step }: Walk, shop: Shop, { alice, boss }: People): Promise<void> {
  title("A token expires, an answer is lost, the back end is killed");
  let lifeSeconds = 0;
  await step("back end: SIGTERM, restart with short tokens", "up", () => restart(shop, "SIGTERM", "3s"));
  await step("alice: refresh", "200 user 42, member", async () => {
    const answer = await alice.refresh();
    lifeSeconds = answer.body.expires_in ?? 0;
    return inWords(answer);
  });
  await step("alice: GET /orders, once that token is over", "401 token_expired", async () => {
    await wait(lifeSeconds * 1000 + 100);
    return getOrders(alice);
  });
  await step("alice: refresh, GET /orders", OWN, () => refreshAndGetOrders(alice));

  let lost: string | undefined;
  const loseAnAnswer = async (): Promise<string> => {
    lost = (await alice.refreshUnheard()).body.refresh_token;
    return lost === undefined ? "refused" : "the answer was lost";
  };
  const askAgain = async (): Promise<string> => {
    const { status, body } = await alice.refresh();
    return `${status} ${body.refresh_token === lost ? "the token that was lost" : "another refresh token"}`;
  };
  await step("alice: refresh", "the answer was lost", loseAnAnswer);
  await step("alice: repeats it, same attempt_id", "200 the token that was lost", askAgain);
  await step("alice: refresh", "the answer was lost", loseAnAnswer);
  await step("back end: kill -9, restart on the same files", "up", () => restart(shop, "SIGKILL", "10m"));
  await step("alice: repeats it, same attempt_id", "200 the token that was lost", askAgain);
  await step("alice: GET /orders", OWN, () => getOrders(alice));
  await step("boss:  GET /orders, the token from before", ALL, () => getOrders(boss));
}

async function changeARole({ title, step }: Walk, { alice, boss }: People): Promise<void> {
  title("A role change takes effect at once");
  for (const [role, sees] of [
    ["admin", ALL],
    ["member", OWN],
  ] as const) {
    await step(`boss:  PUT /staff/users/42/roles: ${role}`, `200 roles ${role}`, async () =>
      inWords(await boss.call("PUT", "/staff/users/42/roles", { roles: [role] })),
    );
    await step("alice: GET /orders, the token from before", "401 token_stale, why=roles_changed", () =>
      getOrders(alice),
    );
    await step("alice: refresh, GET /orders", sees, () => refreshAndGetOrders(alice));
  }
}

async function kick({ title, step }: Walk, { alice, boss }: People): Promise<void> {
  title("A kick and its reason");
  await step("boss:  DELETE /staff/users/42/sessions", "200 sessions ended: 1", async () =>
    inWords(await boss.call("DELETE", "/staff/users/42/sessions")),
  );
  await step("alice: GET /orders", "401 token_revoked, why=kicked", () => getOrders(alice));
  await step("alice: refresh", "400 session_kicked", async () => inWords(await alice.refresh()));
  await step("alice: taps “sign in”: a new code", "200 user 42, member", async () => inWords(await alice.signIn()));
}

async function showAnOpenid({ title, step }: Walk, { wechat, origin, naiveOrigin }: Shop): Promise<void> {
  title("Somebody knows the openids of alice and the boss");
  const openid = wechat.openid({ user: "alice" });
  const show = async (at: string, headers: Readonly<Record<string, string>>): Promise<string> =>
    inWords(await send(`${at}/orders`, { headers }));
  await step("naive back end: X-Openid of alice", OWN, () => show(naiveOrigin, { "x-openid": openid }));
  await step("naive back end: X-Openid of the boss", ALL, () =>
    show(naiveOrigin, { "x-openid": wechat.openid({ user: "boss" }) }),
  );
  await step("Hufu: X-Openid of alice", "401 token_missing", () => show(origin, { "x-openid": openid }));
  await step("Hufu: the openid as a Bearer token", "401 token_malformed", () =>
    show(origin, { authorization: `Bearer ${openid}` }),
  );
  await step("Hufu: the openid in place of a code", "400 login_code_invalid", async () =>
    inWords(await createPhone(origin, () => openid).signIn()),
  );
}

async function tamper({ title, step }: Walk, bob: Phone, origin: string): Promise<void> {
  title("bob edits his token to be an admin");
  await step("bob:   the code of wx.login", "200 user 43, member", async () => inWords(await bob.signIn()));
  await step("bob:   his token, edited to “admin”", "401 token_signature", () => {
    const [header = "", payload = "", signature = ""] = bob.tokens().access.split(".");
    const claims: object = JSON.parse(Buffer.from(payload, "base64url").toString());
    const promoted = JSON.stringify({ ...claims, roles: ["admin"], permissions: ["order:read:all"] });
    const access = [header, Buffer.from(promoted).toString("base64url"), signature].join(".");
    return getOrders(createPhone(origin, undefined, { ...bob.tokens(), access }));
  });
  await step("bob:   his token as it was", "200 orders 2001", () => getOrders(bob));
}

async function steal({ title, step }: Walk, alice: Phone, origin: string): Promise<void> {
  title("An attacker has copied alice's refresh token");
  const attacker = createPhone(origin, undefined, alice.tokens());
  const refresh = async (phone: Phone): Promise<string> => inWords(await phone.refresh());
  await step("attacker: refresh", "200 user 42, member", () => refresh(attacker));
  await step("alice: refresh, the same token", "200 user 42, member", () => refresh(alice));
  await step("attacker: refresh with the new token", "200 user 42, member", () => refresh(attacker));
  await step("alice: refresh: reuse is detected", "400 refresh_token_reused", () => refresh(alice));
  await step("attacker: GET /orders", "401 token_revoked, why=reused", () => getOrders(attacker));
  await step("alice: one silent sign-in", "200 user 42, member", async () => inWords(await alice.signIn()));
  await step("alice: GET /orders", OWN, () => getOrders(alice));
  await step("attacker: refresh", "400 refresh_token_reused", () => refresh(attacker));
}

async function getOrders(phone: Phone): Promise<string> {
  return inWords(await phone.call("GET", "/orders"));
}

async function refreshAndGetOrders(phone: Phone): Promise<string> {
  const refreshed = await phone.refresh();
  return refreshed.status === 200 ? getOrders(phone) : inWords(refreshed);
}

async function restart(shop: Shop, how: "SIGTERM" | "SIGKILL", accessLife: string): Promise<string> {
  await shop.restart(how, accessLife);
  return "up";
}
