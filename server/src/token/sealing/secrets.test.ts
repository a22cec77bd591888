import assert from "node:assert/strict";
import { hkdfSync, type KeyObject, randomBytes } from "node:crypto";
import { test } from "node:test";
import { inspect } from "node:util";
import { vectorGroups } from "../access-token/sample-token.fixture.ts";
import { createSecrets } from "./secrets.ts";

const fresh = (): string => randomBytes(32).toString("base64");

test("one secret gives the same keys everywhere, each for one purpose", () => {
  const secret = fresh();
  const one = createSecrets([secret]).newest;
  const two = createSecrets([fresh(), secret]).find(one.id);
  assert.ok(two);
  const keys = [one.mac, one.derive, one.seal, one.hash];
  const hex = (key: KeyObject): string => key.export().toString("hex");
  assert.deepEqual([two.mac, two.derive, two.seal, two.hash].map(hex), keys.map(hex));
  assert.equal(new Set(keys.map(hex)).size, 4);
  for (const key of keys) assert.equal(key.symmetricKeySize, 32);
  assert.equal(Buffer.from(one.id, "base64url").length, 4);
});

test("the newest is the first of the list, and an id finds its own", () => {
  const list = [fresh(), fresh(), fresh()];
  const secrets = createSecrets(list);
  assert.equal(secrets.newest, secrets.all[0]);
  assert.deepEqual(
    secrets.all.map(({ id }) => id),
    list.map((secret) => createSecrets([secret]).newest.id),
  );
  for (const keys of secrets.all) assert.equal(secrets.find(keys.id), keys);
  assert.equal(secrets.find("AAAAAA"), undefined);
});

test("printing shows ids, never keys", () => {
  const secrets = createSecrets([fresh()]);
  const { id, mac, derive, seal, hash } = secrets.newest;
  const shown = inspect(secrets, { depth: 9 }) + JSON.stringify(secrets);
  assert.ok(shown.includes(id));
  for (const key of [mac, derive, seal, hash]) {
    const bytes = key.export();
    for (const text of [
      bytes.toString("hex").slice(0, 16),
      bytes.toString("base64").slice(0, 16),
      bytes.subarray(0, 4).join(","),
    ]) {
      assert.equal(shown.includes(text), false);
    }
  }
});

test("generated secrets of every usual kind are accepted", () => {
  for (let n = 0; n < 200; n++) {
    const bytes = randomBytes(32);
    createSecrets([bytes.toString("base64")]);
    createSecrets([bytes.toString("base64url")]);
    createSecrets([bytes.toString("hex")]);
  }
});

test("row 13: a short, weak, well-known or repeated secret refuses to start, and is not quoted", () => {
  const good = fresh();
  for (const bad of [
    "",
    "tiny one",
    randomBytes(15).toString("hex"),
    "a".repeat(64),
    "ab".repeat(32),
    "aaaaaaaabbbbbbbbccccccccdddddddd",
    "0123456789abcdef0123456789abcdef",
    "9f8a7b6c".repeat(8),
    "0123456789abcdefghijklmnopqrstuv",
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`ab",
    "zyxwvutsrqponmlkjihgfedcba9876543210",
    "changemechangemechangemechangeme",
    "CHANGE_ME_CHANGE_ME_CHANGE_ME_NOW",
    "secret-secret-secret-1-secret-2!",
    "Password: Change-Me! (Example-Only)",
    "0123456789-default-placeholder-abc",
    "your-256-bit-secret-your-256-bit",
    "please-change-this-text-0192837465",
    "Change-Me! Before you go live, 2026-11-22",
    "this is only an example, do not use",
    "env:HUFU_SECRET_OF_THE_SHOP_IN_SHANGHAI",
  ]) {
    for (const [list, index] of [
      [[bad], 0],
      [[good, bad], 1],
    ] as const) {
      assert.throws(
        () => createSecrets(list),
        (error) =>
          error instanceof TypeError &&
          error.message.startsWith(`secret[${index}] `) &&
          (bad === "" || !error.message.includes(bad.slice(0, 7))),
        bad,
      );
    }
  }
  assert.throws(() => createSecrets([good, fresh(), good]), /secret\[2\] is listed twice/);
  assert.throws(() => createSecrets([]), TypeError);
});

test("a telltale word in a text that is long enough without it is no reason to refuse", () => {
  createSecrets([`secret-${fresh()}`]);
  createSecrets(["example: kV7w2Zr9Xp4Lq8Tn3Bs6Hd1F"]);
});

test("length is counted in bytes of UTF-8", () => {
  createSecrets(["虎符調兵遣將左右相合方可發兵"]);
  assert.throws(() => createSecrets(["虎符調兵遣將左右相"]), /32 bytes/);
});

interface HkdfGroup {
  readonly tests: readonly Readonly<
    Record<"ikm" | "salt" | "info" | "okm" | "result", string> & { tcId: number; size: number }
  >[];
}

test("the platform's HKDF-SHA256 agrees with the published vectors", () => {
  let checked = 0;
  for (const { tests } of vectorGroups<HkdfGroup>("hkdf_sha256_test")) {
    for (const { tcId, ikm, salt, info, size, okm, result } of tests) {
      const derive = (): string =>
        Buffer.from(
          hkdfSync("sha256", Buffer.from(ikm, "hex"), Buffer.from(salt, "hex"), Buffer.from(info, "hex"), size),
        ).toString("hex");
      if (result === "valid") assert.equal(derive(), okm, `tcId ${tcId}`);
      else assert.throws(derive, `tcId ${tcId}`);
      checked++;
    }
  }
  assert.equal(checked, 86);
});
