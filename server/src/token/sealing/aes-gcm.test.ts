import assert from "node:assert/strict";
import { test } from "node:test";
import { vectorGroups } from "../access-token/sample-token.fixture.ts";
import { decrypt, encrypt } from "./aes-gcm.ts";

interface GcmGroup {
  readonly ivSize: number;
  readonly keySize: number;
  readonly tagSize: number;
  readonly tests: readonly Readonly<
    Record<"key" | "iv" | "aad" | "msg" | "ct" | "tag" | "result", string> & { tcId: number }
  >[];
}

const hex = (text: string): Buffer => Buffer.from(text, "hex");

test("AES-256-GCM with a 96-bit nonce agrees with every published vector", () => {
  let checked = 0;
  for (const { ivSize, keySize, tagSize, tests } of vectorGroups<GcmGroup>("aes_gcm_test")) {
    if (ivSize !== 96 || keySize !== 256 || tagSize !== 128) continue;
    for (const { tcId, key, iv, aad, msg, ct, tag, result } of tests) {
      const opened = decrypt(hex(key), hex(iv), hex(aad), hex(ct + tag));
      assert.equal(opened?.toString("hex"), result === "valid" ? msg : undefined, `tcId ${tcId}`);
      if (result === "valid") assert.equal(encrypt(hex(key), hex(iv), hex(aad), hex(msg)).toString("hex"), ct + tag);
      checked++;
    }
  }
  assert.ok(checked > 50);
});

test("what is too short to hold a tag does not open", () => {
  for (let length = 0; length < 16; length++) {
    assert.equal(decrypt(Buffer.alloc(32), Buffer.alloc(12), Buffer.alloc(0), Buffer.alloc(length)), undefined);
  }
});
