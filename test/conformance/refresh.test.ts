import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Answer } from "./ask.ts";
import { invalidGrant, invalidToken, meets } from "./cases.ts";
import { askToken, claimsOf, getMe, granted, newAttempt, refresh, sidOf, signIn } from "./mini-program.ts";
import { APP, BACKEND, OTHER_APP, type Served, startServed } from "./served-hufu.ts";

let served: Served;
before(async () => {
  served = await startServed({ movableClock: true });
});
after(() => served.close());

const SUPERSEDED = invalidGrant("refresh_token_superseded");
const REUSED = invalidGrant("refresh_token_reused");
const INVALID = invalidGrant("refresh_token_invalid");

/** The child that this token and attempt have. */
async function child(token: string, attempt?: string): Promise<string> {
  const { refresh_token } = granted(await refresh(served, token, attempt));
  assert.match(refresh_token, /^hr1\.[\w-]+$/);
  return refresh_token;
}
const root = async (): Promise<string> => (await signIn(served)).refresh_token;

describe("a lost answer costs nothing (§3.2)", () => {
  test("the same token with the same attempt gives the same child, and each time a fresh access token", async () => {
    const [token, attempt] = [await root(), newAttempt()];
    const answers: Answer[] = [];
    for (let n = 0; n < 5; n++) answers.push(await refresh(served, token, attempt));
    const all = answers.map(granted);
    assert.equal(new Set(all.map(({ refresh_token }) => refresh_token)).size, 1);
    assert.equal(new Set(all.map(({ access_token }) => claimsOf(access_token)["jti"])).size, 5);
  });

  test("another attempt gives another child, and none a random one", async () => {
    const token = await root();
    const children = [
      await child(token, newAttempt()),
      await child(token, newAttempt()),
      await child(token),
      await child(token),
    ];
    assert.equal(new Set([token, ...children]).size, 5);
  });

  test("any child of the current token may be the one that is used", async () => {
    const token = await root();
    const [lost, kept] = [await child(token, newAttempt()), await child(token, newAttempt())];
    assert.notEqual(await child(kept), lost);
  });

  test("twenty at once with one attempt get one child", async () => {
    const [token, attempt] = [await root(), newAttempt()];
    const children = await Promise.all(Array.from({ length: 20 }, () => child(token, attempt)));
    assert.equal(new Set(children).size, 1);
  });

  test("twenty at once with twenty attempts all get a child, and each of them is good", async () => {
    const token = await root();
    const children = await Promise.all(Array.from({ length: 20 }, () => child(token, newAttempt())));
    assert.equal(new Set(children).size, 20);
    await child(children[13] ?? "");
  });

  test("twenty at once that use one child are all answered, and the session lives", async () => {
    const [token, attempt] = [await child(await root(), newAttempt()), newAttempt()];
    const children = await Promise.all(Array.from({ length: 20 }, () => child(token, attempt)));
    assert.equal(new Set(children).size, 1);
    await child(children[0] ?? "");
  });
});

describe("what comes late, and what comes twice (DESIGN §5)", () => {
  test("an old token with the attempt that won is superseded, and the session lives", async () => {
    const [token, attempt] = [await root(), newAttempt()];
    const used = await child(token, attempt);
    const next = await child(used, newAttempt());
    await meets(await refresh(served, token, attempt), SUPERSEDED);
    await meets(await refresh(served, token, attempt), SUPERSEDED);
    await child(next);
  });

  test("an old token without attempt is superseded when the winner had none, and the session lives", async () => {
    const token = await root();
    const next = await child(await child(token), newAttempt());
    await meets(await refresh(served, token), SUPERSEDED);
    await child(next);
  });

  test("an attacker that refreshes a stolen token twice without attempt is found by the owner's own attempt", async () => {
    const token = await root();
    const stolen = await child(await child(token));
    await meets(await refresh(served, token, newAttempt()), REUSED);
    await meets(await refresh(served, stolen), REUSED);
  });

  for (const [name, attempt] of [
    ["another attempt", newAttempt()],
    ["no attempt", undefined],
  ] as const)
    test(`an old token with ${name} than the one that won shows two holders, and ends the session`, async () => {
      const token = await root();
      const next = await child(await child(token, newAttempt()), newAttempt());
      await meets(await refresh(served, token, attempt), REUSED);
      await meets(await refresh(served, next), REUSED);
    });

  test("a sibling of the child that won shows two holders", async () => {
    const signedIn = await signIn(served);
    const [lost, kept] = [
      await child(signedIn.refresh_token, newAttempt()),
      await child(signedIn.refresh_token, newAttempt()),
    ];
    const next = await child(kept);
    await meets(await refresh(served, lost), REUSED);
    await meets(await refresh(served, next), REUSED);
    const refused = await getMe(served, signedIn.access_token);
    await meets(refused, invalidToken("token_revoked"));
    assert.equal(refused.json["why"], "reused");
  });

  test("grandparents are superseded too, as long as they are among the last eight", async () => {
    const chain = [await root()];
    const attempts = Array.from({ length: 6 }, newAttempt);
    for (const attempt of attempts) chain.push(await child(chain.at(-1) ?? "", attempt));
    await meets(await refresh(served, chain[0] ?? "", attempts[0]), SUPERSEDED);
    await meets(await refresh(served, chain[3] ?? "", attempts[3]), SUPERSEDED);
    await child(chain.at(-1) ?? "");
  });

  test("a token from more than eight generations ago shows two holders", async () => {
    const chain = [await root()];
    const attempts = Array.from({ length: 11 }, newAttempt);
    for (const attempt of attempts) chain.push(await child(chain.at(-1) ?? "", attempt));
    await meets(await refresh(served, chain[0] ?? "", attempts[0]), REUSED);
  });

  test("sixty seconds later an old token shows two holders, whatever its attempt", async () => {
    const [token, attempt] = [await root(), newAttempt()];
    await child(await child(token, attempt));
    await served.moveClock(62_000);
    await meets(await refresh(served, token, attempt), REUSED);
  });

  test("an unused child is as good after two days, and its parent with the attempt too", async () => {
    const [token, attempt] = [await root(), newAttempt()];
    const kept = await child(token, attempt);
    await served.moveClock(2 * 86_400_000);
    assert.equal(await child(token, attempt), kept);
    await child(kept);
  });

  test("thirty days without use end the session, and use moves that end", async () => {
    const [idle, used] = [await root(), await root()];
    await served.moveClock(20 * 86_400_000);
    const kept = await child(await child(used));
    await served.moveClock(20 * 86_400_000);
    await meets(await refresh(served, idle), invalidGrant("session_expired"));
    await child(kept);
  });

  test("180 days end the session, however it was used", async () => {
    const signedIn = await signIn(served);
    const start = Number(claimsOf(signedIn.access_token)["iat"]);
    let token = signedIn.refresh_token;
    for (let day = 0; day < 175; day += 25) {
      await served.moveClock(25 * 86_400_000);
      const answer = granted(await refresh(served, await child(token)));
      const now = Number(claimsOf(answer.access_token)["iat"]);
      assert.ok(now + answer.refresh_token_expires_in <= start + 180 * 86_400 + 1, "an end beyond the absolute one");
      token = answer.refresh_token;
    }
    await served.moveClock(6 * 86_400_000);
    await meets(await refresh(served, token), invalidGrant("session_expired"));
  });
});

describe("a refresh moves nothing that it should not (I7)", () => {
  const FIXED = ["iss", "aud", "sub", "sid", "client_id", "openid", "auth_time", "acr", "amr", "roles", "permissions"];
  test("session, audience, auth_time, acr and amr stay, whatever the body asks for", async () => {
    const signedIn = await signIn(served);
    await served.moveClock(5_000);
    const wishes = {
      scope: "admin",
      audience: "https://evil.example",
      resource: "https://evil.example",
      acr_values: "soter",
      roles: "admin",
    };
    const fresh = granted(await refresh(served, signedIn.refresh_token, newAttempt(), wishes));
    const [old, now] = [claimsOf(signedIn.access_token), claimsOf(fresh.access_token)];
    for (const name of FIXED) assert.deepEqual(now[name], old[name], name);
    assert.ok(Number(now["iat"]) >= Number(old["iat"]) + 5);
    assert.equal(fresh.token_type, "Bearer");
  });
});

describe("what is no refresh token of this client changes nothing", () => {
  const flip = (token: string, at: number): string => {
    const index = at < 0 ? token.length + at : at;
    return `${token.slice(0, index)}${token[index] === "A" ? "B" : "A"}${token.slice(index + 1)}`;
  };
  const DAMAGES: readonly (readonly [string, (token: string) => string])[] = [
    ["garbage", () => "garbage"],
    ["the prefix alone", () => "hr1."],
    ["the prefix and little", () => "hr1.AAAA"],
    ["zeros", (token) => `hr1.${"A".repeat(token.length - 4)}`],
    ["no prefix", (token) => token.slice(4)],
    ["a prefix in capitals", (token) => token.toUpperCase().slice(0, 4) + token.slice(4)],
    ["a version that does not exist", (token) => token.replace("hr1.", "hr2.")],
    ["one character less", (token) => token.slice(0, -1)],
    ["one character more", (token) => `${token}A`],
    ["padding", (token) => `${token}=`],
    ["a space at its end", (token) => `${token} `],
    ["a space in front", (token) => ` ${token}`],
    ["a line feed at its end", (token) => `${token}\n`],
    ["NUL at its end", (token) => `${token}\0`],
    ["the other base64 alphabet", (token) => `${token.slice(0, 20)}+/${token.slice(22)}`],
    ["itself twice", (token) => token + token],
    ["8 KB", (token) => token.padEnd(8192, "A")],
    ["Chinese", () => "hr1.刷新令牌"],
    ...[4, 8, 14, 30, 36, 44, 52, 60, 80, -20, -1].map(
      (at) => [`another character at ${at}`, (token: string) => flip(token, at)] as const,
    ),
  ];
  for (const [name, damage] of DAMAGES)
    test(`${name} is refresh_token_invalid`, async () => {
      const token = await root();
      await meets(await refresh(served, damage(token), newAttempt()), INVALID);
      await child(token);
    });

  test("an access token is no refresh token", async () => {
    const { access_token, refresh_token } = await signIn(served);
    await meets(await refresh(served, access_token), INVALID);
    await child(refresh_token);
  });

  test("the last character has one spelling", async () => {
    const token = await root();
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for (const last of alphabet)
      if (last !== token.at(-1)) await meets(await refresh(served, token.slice(0, -1) + last, newAttempt()), INVALID);
    await child(token);
  });

  test("another mini program with the token is refused, even with an old one, and ends nothing", async () => {
    const token = await root();
    await meets(await refresh(served, token, newAttempt(), { client_id: OTHER_APP.clientId }), INVALID);
    const kept = await child(await child(token, newAttempt()), newAttempt());
    await meets(await refresh(served, token, newAttempt(), { client_id: OTHER_APP.clientId }), INVALID);
    await child(kept);
  });

  test("a back end with an old token is refused and ends nothing (the text is silent)", async () => {
    const token = await root();
    const kept = await child(await child(token, newAttempt()), newAttempt());
    const form = {
      grant_type: "refresh_token",
      client_id: BACKEND.id,
      client_secret: BACKEND.secret,
      refresh_token: token,
    };
    const answer = await askToken(served, form);
    await meets(answer, { status: 400, error: ["unauthorized_client", "invalid_grant"] });
    await child(kept);
  });

  test("a session is what it was after a flood of garbage", async () => {
    const { access_token, refresh_token } = await signIn(served);
    const flood = Array.from({ length: 60 }, (_, n) => refresh(served, flip(refresh_token, 5 + n), newAttempt()));
    for (const answer of await Promise.all(flood)) await meets(answer, INVALID);
    const fresh = granted(await refresh(served, refresh_token));
    assert.equal(sidOf(fresh.access_token), sidOf(access_token));
    assert.equal(claimsOf(fresh.access_token)["client_id"], APP);
  });
});
