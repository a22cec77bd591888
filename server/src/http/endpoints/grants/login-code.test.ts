import assert from "node:assert/strict";
import { test } from "node:test";
import { HufuError } from "../../../core/errors/errors.ts";
import type { SignInInput } from "../../../session/sign-in/sign-in-input.ts";
import { parseForm } from "../../messages/form.ts";
import { signInByLoginCode } from "./login-code.ts";

/** The name that sign-in is given for this `device_name`. */
async function nameFor(deviceName: string): Promise<string | undefined> {
  const given: SignInInput[] = [];
  const answer = { accessToken: "a", tokenType: "Bearer", expiresIn: 600 } as const;
  const protocol = {
    signIn: async (input: SignInInput) => {
      given.push(input);
      return answer;
    },
  };
  const form = parseForm(`code=c&device_name=${encodeURIComponent(deviceName)}`);
  await signInByLoginCode(protocol, "wx1", form, { caller: { by: "user" }, jkt: undefined });
  return given[0]?.deviceName;
}

test("a device name loses what is invisible or reverses text, and keeps letters and emoji", async () => {
  assert.equal(await nameFor("张三的 iPhone 📱"), "张三的 iPhone 📱");
  assert.equal(await nameFor("👨‍👩‍👧 tablet"), "👨‍👩‍👧 tablet");
  for (const mark of ["\u202e", "\u2066", "\u200e", "\u200f", "\u061c", "\u200b", "\ufeff", "\u2069"]) {
    assert.equal(await nameFor(`Anna${mark}'s phone`), "Anna's phone", mark.codePointAt(0)?.toString(16) ?? "");
    assert.equal(await nameFor(mark), undefined);
  }
});

test("a device name with a control character is refused, and named", async () => {
  for (const character of ["\u0000", "\n", "\u001b", "\u0085", "\u2028", "\u2029"]) {
    await assert.rejects(
      nameFor(`Anna${character}`),
      (error) =>
        error instanceof HufuError && error.reason === "parameter_invalid" && error.parameter === "device_name",
    );
  }
});
