import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from "jose";
import { until } from "../../server/src/core/until.fixture.ts";
import { type Answer, ask } from "./ask.ts";
import { invalidGrant, invalidRequest, meets } from "./cases.ts";
import { bearer, claimsOf, granted, revoke, signIn } from "./mini-program.ts";
import { AUDIENCE, type Served, startServed } from "./served-hufu.ts";

const PAYMENTS = {
  id: "payments",
  secret: "test only: may redeem tickets, 9f31c07e5ad2",
  permissions: ["hufu.tickets:redeem"],
};
/** RFC 8785 §3.2.2: what the user asks for, and the bytes that its digest is taken from. */
const ASKED = `{
  "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
  "string": "\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\"\\/",
  "literals": [null, true, false]
}`;
const CANONICAL =
  '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],' +
  '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}';

let served: Served;
let backEnd: string;
before(async () => {
  served = await startServed({
    movableClock: true,
    configuration: (base) => ({ ...base, clients: [...(base["clients"] as object[]), PAYMENTS] }),
  });
  const { id: client_id, secret: client_secret } = PAYMENTS;
  const form = { grant_type: "client_credentials", client_id, client_secret };
  backEnd = granted(await ask(served.issuer, { path: "/oauth/token", form })).access_token;
});
after(() => served.close());

function post(path: string, token: string, body: string): Promise<Answer> {
  const headers = { ...bearer(token), "content-type": "application/json" };
  return ask(served.issuer, { method: "POST", path, headers, body });
}

async function ticketFor(access: string, parameters: string): Promise<string> {
  const answer = await post("/tickets", access, `{"operation":"order.pay","parameters":${parameters}}`);
  assert.equal(answer.status, 200, answer.text);
  return String(answer.json["ticket"]);
}

const redeem = (ticket: string, parameters: string, redeemId = "order-42"): Promise<Answer> =>
  post(
    "/tickets/redeem",
    backEnd,
    `{"redeem_id":"${redeemId}","parameters":${parameters},"operation":"order.pay","ticket":"${ticket}"}`,
  );

describe("tickets (§8)", () => {
  test("a ticket is a JWT of its own type, of sixty seconds, with the digest of RFC 8785", async () => {
    const { access_token: access } = await signIn(served);
    const { sub, sid, client_id } = claimsOf(access);
    const ticket = await ticketFor(access, ASKED);
    const keys = createRemoteJWKSet(new URL(`${served.issuer}/.well-known/jwks.json`));
    const { payload } = await jwtVerify(ticket, keys, { issuer: served.issuer, typ: "hufu-ticket+jwt" });
    assert.equal(decodeProtectedHeader(ticket).typ, "hufu-ticket+jwt");
    const { jti, iat, exp, ...claims } = payload;
    const digest = createHash("sha256").update(CANONICAL).digest("base64url");
    assert.deepEqual(claims, {
      iss: served.issuer,
      aud: served.issuer,
      sub,
      sid,
      client_id,
      operation: "order.pay",
      parameters_sha256: digest,
    });
    assert.equal(Number(exp) - Number(iat), 60);
    // A library that is only told the audience, and not the type, takes no ticket for an access token.
    await assert.rejects(jwtVerify(ticket, keys, { issuer: served.issuer, audience: AUDIENCE }), /"aud"/);
  });

  test("it is redeemed once, with the parameters in any spelling, and answers its redeemer the same again", async () => {
    const ticket = await ticketFor((await signIn(served)).access_token, ASKED);
    const first = await redeem(ticket, CANONICAL);
    assert.equal(first.status, 200, first.text);
    assert.equal((await redeem(ticket, ASKED)).text, first.text);
    await meets(await redeem(ticket, CANONICAL, "order-43"), { status: 409, reason: "ticket_redeemed" });
    await meets(await redeem(ticket, CANONICAL.replace("4.5", "4.6")), invalidGrant("ticket_mismatch"));
  });

  test("it dies with its session, at once", async () => {
    const { access_token: access, refresh_token: refresh } = await signIn(served);
    const ticket = await ticketFor(access, "{}");
    await revoke(served, refresh);
    await meets(await redeem(ticket, "{}"), invalidGrant("ticket_invalid"));
  });

  test("what two readers may read differently is refused", async () => {
    const { access_token: access } = await signIn(served);
    for (const parameters of ['{"a":1,"a":1}', '{"id":9007199254740993}', '{"a":1e400}', '{"a":"\\ud800"}', "[]"]) {
      const answer = await post("/tickets", access, `{"operation":"order.pay","parameters":${parameters}}`);
      await meets(answer, invalidRequest("parameter_invalid"));
    }
  });

  test("it expires after sixty seconds, and who has redeemed it is answered for a day", async () => {
    const { access_token: access } = await signIn(served);
    const [used, late] = [await ticketFor(access, "{}"), await ticketFor(access, "{}")];
    const first = await redeem(used, "{}");
    await served.moveClock(61_000);
    // The guards have not read the outbox since.
    await until(async () => (await redeem(late, "{}")).status !== 503);
    await meets(await redeem(late, "{}"), invalidGrant("ticket_expired"));
    assert.equal((await redeem(used, "{}")).text, first.text);
  });
});
