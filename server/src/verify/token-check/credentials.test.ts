import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { HufuError } from "../../core/errors/errors.ts";
import { userClaims } from "../issuer.fixture.ts";
import { readAuthorization, refuseTokenInQuery, refuseWrongScheme } from "./credentials.ts";

test("both schemes are read, in any case, with exactly one space", () => {
  for (const scheme of ["Bearer", "bearer", "BEARER", "bEaReR"]) {
    assert.deepEqual(readAuthorization(`${scheme} a.b.c`), { scheme: "Bearer", token: "a.b.c" });
  }
  for (const scheme of ["DPoP", "dpop", "DPOP"]) {
    assert.deepEqual(readAuthorization(`${scheme} a.b.c`), { scheme: "DPoP", token: "a.b.c" });
  }
});

test("no header at all is told apart from a bad one", () => {
  assert.throws(() => readAuthorization(undefined), { reason: "token_missing" });
});

test("a header that fits no form is malformed", () => {
  for (const header of [
    "",
    " ",
    "Bearer",
    "Bearer ",
    "Bearer  a.b.c",
    "Bearer a.b.c ",
    "Bearer a.b.c d",
    "Bearer\ta.b.c",
    " Bearer a.b.c",
    "Bearera.b.c",
    "a.b.c",
    "Basic YTpi",
    "Token a.b.c",
    "Bearer: a.b.c",
    "Bear a.b.c",
    "Bearer\u00a0a.b.c",
    "DPoP",
    "DPoP ",
    "DPoP  a",
    "Digest x",
    "ＢＥＡＲＥＲ a.b.c",
    "Bea\u017fer a.b.c",
    "x".repeat(65_536),
    `Bearer ${" ".repeat(65_536)}`,
    `${", ".repeat(32_768)}`,
  ]) {
    assert.throws(
      () => readAuthorization(header),
      { name: "HufuError", reason: "token_malformed" },
      header.slice(0, 30),
    );
  }
});

test("two headers joined into one are told to be two", () => {
  for (const header of [
    "Bearer a.b.c, Bearer d.e.f",
    "Bearer a.b.c,Bearer d.e.f",
    "DPoP a, Bearer b",
    "bearer a,\tdpop b",
  ]) {
    assert.throws(() => readAuthorization(header), { reason: "credentials_repeated" }, header);
  }
});

test("garbage is refused by a HufuError or read as it stands, and never quoted", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: "binary" }),
        fc.string().map((text) => `Bearer ${text}`),
      ),
      (header) => {
        try {
          const { token } = readAuthorization(header);
          assert.ok(header.endsWith(` ${token}`) && token.length > 0 && !token.includes(" "));
        } catch (error) {
          assert.ok(error instanceof HufuError);
          assert.equal(error.detail, undefined);
          assert.equal(error.message, error.reason);
        }
      },
    ),
  );
});

test("a token in the query is refused, spelled as it may be", () => {
  for (const query of [
    "access_token=x",
    "a=1&access_token=x",
    "access_token",
    "access%5Ftoken=x",
    "%61ccess_token=",
    "?access_token=x",
  ]) {
    assert.throws(() => refuseTokenInQuery(query), { reason: "token_in_query" }, query);
  }
  for (const query of [
    "",
    "a=1",
    "my_access_token=x",
    "a=access_token",
    "a=%zz",
    "access_tokens=x",
    "ACCESS_TOKEN=x",
  ]) {
    assert.doesNotThrow(() => refuseTokenInQuery(query), query);
  }
});

test("a bound token needs its proof, an unbound one must be Bearer", () => {
  const bound = userClaims({ cnf: { jkt: "A".repeat(43) } });
  assert.throws(() => refuseWrongScheme(bound, "Bearer"), { reason: "proof_missing" });
  assert.doesNotThrow(() => refuseWrongScheme(bound, "DPoP"));
  assert.throws(() => refuseWrongScheme(userClaims(), "DPoP"), { reason: "token_malformed" });
  assert.doesNotThrow(() => refuseWrongScheme(userClaims(), "Bearer"));
});
