import assert from "node:assert/strict";
import { test } from "node:test";
import { HufuError } from "../core/errors/errors.ts";
import { forge, ISSUER, NOW, userClaims } from "./access-token/sample-token.fixture.ts";
import { signAccessToken } from "./access-token/sign-access-token.ts";
import { parseAccessToken } from "./access-token/verify-access-token.ts";
import { createSigningKey } from "./keys/signing-key.ts";
import { importVerificationKey } from "./keys/verification-key.ts";
import { checkTicket, digestOfParameters, parseTicket, signTicket, type TicketClaims } from "./ticket.ts";

const key = createSigningKey("ES256");
const publicKey = importVerificationKey(key.publicJwk);
const claims: TicketClaims = {
  iss: ISSUER,
  aud: ISSUER,
  sub: userClaims.sub,
  sid: userClaims.sid,
  client_id: userClaims.client_id,
  operation: "order.pay",
  parameters_sha256: digestOfParameters({ order: 42, amount: 1990 }),
  jti: "AAAAAAAAAAAAAAAAAAAAAA",
  iat: NOW,
  exp: NOW + 60,
};
const HEADER = { alg: "ES256", typ: "hufu-ticket+jwt", kid: key.kid };

function invalid(work: () => unknown): void {
  assert.throws(work, (error) => error instanceof HufuError && error.reason === "ticket_invalid");
}

test("a ticket says what was put into it, and its issuer's key signed it", () => {
  const parsed = parseTicket(signTicket(key, claims));
  assert.deepEqual(parsed.claims, claims);
  assert.deepEqual(parsed.jws.header, HEADER);
  checkTicket(parsed, ISSUER, publicKey);
});

test("the digest is the SHA-256 of the parameters as RFC 8785 spells them", () => {
  // printf '{"amount":1990,"order":42}' | sha256sum
  const digest = "91a852ae6c4b684c42ccb680405044223109ac4bd577dc7aeda431f40247594e";
  assert.equal(digestOfParameters({ order: 42, amount: 1990 }), Buffer.from(digest, "hex").toString("base64url"));
});

test("an access token is no ticket, and a ticket no access token", () => {
  invalid(() => parseTicket(signAccessToken(key, userClaims)));
  assert.throws(
    () => parseAccessToken(signTicket(key, claims)),
    (error) => error instanceof HufuError && error.reason === "token_malformed",
  );
});

test("other types, algorithms, keys, headers and spellings are refused", () => {
  for (const header of [
    { ...HEADER, typ: "JWT" },
    { ...HEADER, typ: "at+jwt" },
    { ...HEADER, typ: undefined },
    { ...HEADER, alg: "none" },
    { ...HEADER, alg: "HS256" },
    { ...HEADER, kid: undefined },
    { ...HEADER, jwk: key.publicJwk },
    { ...HEADER, crit: ["exp"] },
  ]) {
    invalid(() => parseTicket(forge(key, header, claims)));
  }
  const ticket = signTicket(key, claims);
  for (const text of ["", "a.b.c", `${ticket}.`, ticket.slice(0, ticket.lastIndexOf(".") + 1)]) {
    invalid(() => parseTicket(text));
  }
  invalid(() => checkTicket(parseTicket(ticket), ISSUER, undefined));
  invalid(() => checkTicket(parseTicket(ticket), "https://other.example", publicKey));
  const stranger = createSigningKey("ES256");
  invalid(() => checkTicket(parseTicket(forge(stranger, HEADER, claims)), ISSUER, publicKey));
  invalid(() => checkTicket(parseTicket(forge(key, { ...HEADER, alg: "RS256" }, claims)), ISSUER, publicKey));
  invalid(() => checkTicket(parseTicket(forge(key, HEADER, { ...claims, aud: "elsewhere" })), ISSUER, publicKey));
});

test("claims that are missing, of another type or said twice are refused", () => {
  for (const change of [
    { sub: "client:orders-api" },
    { sid: "s_1" },
    { operation: "" },
    { parameters_sha256: "" },
    { jti: "short" },
    { iat: "1790000000" },
    { exp: undefined },
    { exp: 1.5 },
    { uid: 42 },
    { client_id: undefined },
  ]) {
    invalid(() => parseTicket(forge(key, HEADER, { ...claims, ...change })));
  }
  const twice = JSON.stringify(claims).replace('"operation"', '"operation":"order.see","operation"');
  invalid(() => parseTicket(forge(key, HEADER, twice)));
});
