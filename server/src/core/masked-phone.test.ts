import assert from "node:assert/strict";
import { test } from "node:test";
import { maskedPhone } from "./masked-phone.ts";

test("a third of a number is hidden, and its length stays", () => {
  assert.equal(maskedPhone("+8613800138000"), "+8613*****8000");
  assert.equal(maskedPhone("+85291234567"), "+852*****567");
  // The shortest that E.164 knows here.
  assert.equal(maskedPhone("+12345"), "+1***5");
});
