import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { test } from "node:test";
import { HufuError } from "../core/errors/errors.ts";
import { createClients } from "./clients.ts";

const SECRET = hash("sha256", "a client of these tests", "hex");
const registered = (secret: string) => [{ id: "orders-api", secret, permissions: [] }];

test("a client secret that can be guessed is refused, with the client's id and a command that makes one", () => {
  for (const secret of [
    "1",
    "abc",
    "orders-api",
    "a".repeat(40),
    "0123456789abcdef0123456789abcdef",
    "changeme".repeat(5),
  ]) {
    assert.throws(() => createClients(registered(secret)), /the secret of "orders-api" .*openssl rand -hex 32/, secret);
  }
  createClients(registered(SECRET));
  createClients(registered("abc"), "accept");
});

test("a wrong secret and an unknown id are told apart by nothing", () => {
  const { authenticate, find } = createClients(registered(SECRET));
  assert.equal(authenticate([{ id: "orders-api", secret: SECRET }]).id, "orders-api");
  assert.equal(find("nobody"), undefined);
  const errors = [
    { id: "orders-api", secret: "wrong" },
    { id: "nobody", secret: SECRET },
    { id: "", secret: "" },
  ].map((shown) => {
    try {
      return authenticate([shown]);
    } catch (error) {
      return error;
    }
  });
  for (const error of errors) {
    assert.ok(error instanceof HufuError);
    assert.deepEqual([error.reason, error.detail, error.isForged], ["client_secret_wrong", undefined, true]);
  }
});
