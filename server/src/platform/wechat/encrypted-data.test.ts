import assert from "node:assert/strict";
import { createCipheriv } from "node:crypto";
import { test } from "node:test";
import { HufuError } from "../../core/errors/errors.ts";
import { decryptEncryptedData, type EncryptedDataOptions } from "./encrypted-data.ts";

// WeChat's own example; the official demo code carries it in five languages.
const EXAMPLE = {
  appId: "wx4f4bc4dec97d474b",
  sessionKey: "tiihtNczf5v6AKRyjwEUhQ==",
  iv: "r7BXXKkLb8qrSNn05n0qiA==",
  encryptedData:
    "CiyLU1Aw2KjvrjMdj8YKliAjtP4gsMZMQmRzooG2xrDcvSnxIMXFufNstNGTyaGS9uT5geRa0W4oTOb1WT7fJlAC+oNPdbB+3hVbJSRgv+4lGOETKUQz6OYStslQ142dNCuabNPGBzlooOmB231qMM85d2/fV6ChevvXvQP8Hkue1poOFtnEtpyxVLW1zAo6/1Xx1COxFvrc2d7UL/lmHInNlxuacJXwu0fjpXfz/YqYzBIBzD6WUfTIF9GRHpOn/Hz7saL8xz+W//FRAUid1OksQaQx4CMs8LOddcQhULW4ucetDf96JcR3g0gfRK4PC7E/r7Z6xNrXd2UIeorGj5Ef7b1pJAYB6Y5anaHqZ9J6nKEBvB4DnNLIVWSgARns/8wR2SiRS7MNACwTyrGvt9ts8p12PKFdlqYTopNHR1Vf7XjfhQlVsAJdNiKdYmYVoKlaRv85IfVunYzO0IKXsyl7JCUjCpoG20f0a04COwfneQAGGwd5oa+T8yO5hzuyDb/XcxxmK01EpqOyuxINew==",
};
const MADE = 1_477_314_187_000;

test("WeChat's own example opens", () => {
  const data = decryptEncryptedData({ ...EXAMPLE, now: MADE });
  assert.equal(data["openId"], "oGZUI0egBJY1zhBYw2KhdUfwVJJE");
  assert.equal(data["unionId"], "ocMvos6NjeKLIBqg5Mr9QjxrP1FA");
});

const KEY = Buffer.alloc(16, 1);
const IV = Buffer.alloc(16, 2);

function seal(plain: string | Buffer): string {
  const cipher = createCipheriv("aes-128-cbc", KEY, IV);
  return Buffer.concat([cipher.update(plain), cipher.final()]).toString("base64");
}

function open(plain: unknown, changes: Partial<EncryptedDataOptions> = {}): unknown {
  return decryptEncryptedData({
    sessionKey: KEY.toString("base64"),
    iv: IV.toString("base64"),
    encryptedData: seal(JSON.stringify(plain)),
    appId: "wx-app",
    now: MADE,
    ...changes,
  });
}

const marked = (seconds: unknown, appid: unknown = "wx-app") => ({ watermark: { appid, timestamp: seconds } });
const AT = MADE / 1000;

const refused = (detail: RegExp) => (error: unknown) => {
  assert.ok(error instanceof HufuError);
  assert.equal(error.reason, "parameter_invalid");
  assert.equal(error.message, "parameter_invalid");
  assert.equal(error.cause, undefined);
  assert.match(error.detail ?? "", detail);
  return true;
};

test("five minutes of age and one minute of clock skew are allowed, no more", () => {
  assert.ok(open(marked(AT - 300)));
  assert.ok(open(marked(AT + 60)));
  assert.throws(() => open(marked(AT - 301)), refused(/too old/));
  assert.throws(() => open(marked(AT + 61)), refused(/future/));
  assert.ok(open(marked(AT - 3600), { maxAgeMs: 3_600_000 }));
  assert.throws(() => open(marked(AT - 2), { maxAgeMs: 1000 }), refused(/too old/));
});

test("a watermark that is missing, another app's or nonsense is refused", () => {
  for (const plain of [
    {},
    { watermark: null },
    { watermark: [] },
    { watermark: "x" },
    marked(AT, "wx-other"),
    marked(AT, null),
  ]) {
    assert.throws(() => open(plain), refused(/another appid/));
  }
  for (const timestamp of [undefined, null, "soon", {}]) {
    assert.throws(() => open(marked(timestamp)), refused(/too old/));
  }
});

test("wrong padding, a wrong key and wrong contents are not told apart", () => {
  const same = refused(/^encrypted data: cannot be opened with this session_key$/);
  assert.throws(() => open({}, { encryptedData: Buffer.alloc(32, 3).toString("base64") }), same);
  assert.throws(() => open(marked(AT), { sessionKey: Buffer.alloc(16, 9).toString("base64") }), same);
  assert.throws(() => open([1]), same);
  assert.throws(() => open(null), same);
  assert.throws(() => open({}, { encryptedData: seal("{") }), same);
  assert.throws(() => open({}, { encryptedData: seal(Buffer.from([0x22, 0xff, 0x22])) }), same);
});

test("any changed bit of the first block is at most garbage, never another crash", () => {
  const sealed = Buffer.from(seal(JSON.stringify(marked(AT))), "base64");
  for (let bit = 0; bit < 128; bit++) {
    const changed = Buffer.from(sealed);
    changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
    assert.throws(() => open({}, { encryptedData: changed.toString("base64") }), refused(/./));
  }
});

test("a plus that a form turned into a space is named", () => {
  const spoilt = EXAMPLE.encryptedData.replaceAll("+", " ");
  assert.throws(() => decryptEncryptedData({ ...EXAMPLE, encryptedData: spoilt, now: MADE }), refused(/holds spaces/));
  assert.throws(() => open(marked(AT), { iv: "AgIC gICAgICAgICAgICAg==" }), refused(/iv: holds spaces/));
});

test("lengths and alphabets are checked before anything is decrypted", () => {
  assert.throws(() => open({}, { encryptedData: "" }), refused(/whole blocks/));
  assert.throws(() => open({}, { encryptedData: Buffer.alloc(17).toString("base64") }), refused(/whole blocks/));
  assert.throws(() => open({}, { encryptedData: "_-_-" }), refused(/not base64/));
  assert.throws(() => open({}, { encryptedData: "AAA" }), refused(/not base64/));
  assert.throws(() => open({}, { encryptedData: "A".repeat(65_540) }), refused(/too long/));
  assert.throws(() => open({}, { iv: Buffer.alloc(15).toString("base64") }), refused(/iv: not 16/));
  assert.throws(() => open({}, { sessionKey: Buffer.alloc(24).toString("base64") }), refused(/session_key: not 16/));
});
