import assert from "node:assert/strict";
import { test } from "node:test";
import { HufuError } from "../../core/errors/errors.ts";
import { readBasic } from "./basic-credentials.ts";

const header = (text: string): string => `Basic ${Buffer.from(text).toString("base64")}`;

test("a secret that both readings agree on is one guess", () => {
  assert.deepEqual(readBasic(header("orders-api:abc")), [{ id: "orders-api", secret: "abc" }]);
});

test("a secret with characters of a form is read form-encoded and as it is", () => {
  assert.deepEqual(readBasic(header("orders-api:a+b%3D")), [
    { id: "orders-api", secret: "a b=" },
    { id: "orders-api", secret: "a+b%3D" },
  ]);
  assert.deepEqual(readBasic(header("orders-api:100%")), [{ id: "orders-api", secret: "100%" }]);
  assert.deepEqual(readBasic(header("a:b:c")), [{ id: "a", secret: "b:c" }]);
});

test("what is no Basic credential is refused like a wrong secret", () => {
  for (const text of ["Bearer abc", "Basic", "Basic !!!", header("no colon"), ""]) {
    assert.throws(
      () => readBasic(text),
      (error) => error instanceof HufuError && error.reason === "client_secret_wrong",
      text,
    );
  }
});
