import type { Caller } from "../../../core/caller.ts";
import type { Protocol } from "../../../session/protocol.ts";
import type { TokenAnswer } from "../../../session/token-answer.ts";
import type { DeviceType } from "../../../store/records.ts";
import type { Form } from "../../messages/form.ts";
import { invalid, required, shaped } from "../../messages/form-parameters.ts";
import { ATTEMPT_ID } from "./attempt-id.ts";

export const LOGIN_CODE = "urn:hufu:grant-type:login-code";

export const DEVICE_ID: RegExp = /^[A-Za-z0-9_-]{1,64}$/;
/** Characters, not code units; none that would break a line or a terminal. */
export const DEVICE_NAME: RegExp = /^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}]{1,64}$/u;
export const DEVICE_TYPES: readonly DeviceType[] = ["phone", "pad", "pc", "devtools", "other"];
/** The platform decides what a code looks like; this only refuses what no platform sends. */
export const PHONE_CODE: RegExp = /^[\x21-\x7e]{1,512}$/;
export const LARGEST_CONTEXT = 1024;

/** docs/protocol.md §3.1. What else stands in the form, an openid above all, is ignored. */
export function signInByLoginCode(
  protocol: Pick<Protocol, "signIn">,
  clientId: string,
  form: Form,
  from: { readonly caller: Caller; readonly jkt: string | undefined },
): Promise<TokenAnswer> {
  return protocol.signIn({
    clientId,
    code: required(form, "code"),
    deviceId: shaped(form, "device_id", DEVICE_ID),
    deviceType: deviceTypeIn(form),
    deviceName: deviceNameIn(form),
    attemptId: shaped(form, "attempt_id", ATTEMPT_ID),
    phoneCode: shaped(form, "phone_code", PHONE_CODE),
    context: contextIn(form),
    ...from,
  });
}

/** Invisible marks and marks that reverse the direction of text: with them one device could look like another in a list. */
const INVISIBLE = /[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]/g;

function deviceNameIn(form: Form): string | undefined {
  const cleaned = shaped(form, "device_name", DEVICE_NAME)?.replaceAll(INVISIBLE, "").trim();
  return cleaned === "" ? undefined : cleaned;
}

function deviceTypeIn(form: Form): DeviceType | undefined {
  const text = form.get("device_type");
  if (text === undefined) return undefined;
  const type = DEVICE_TYPES.find((known) => known === text);
  if (type === undefined) throw invalid("device_type");
  return type;
}

function contextIn(form: Form): unknown {
  const text = form.get("context");
  if (text === undefined) return undefined;
  if (Buffer.byteLength(text, "utf8") > LARGEST_CONTEXT) throw invalid("context");
  try {
    return JSON.parse(text);
  } catch {
    throw invalid("context");
  }
}
