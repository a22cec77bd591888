import { checkObject, checkSecretText, checkText, mistaken } from "../core/arguments.ts";
import { parseSessionId, parseUserId, type SessionId } from "../core/ids.ts";
import type { DeviceType } from "../store/records.ts";
import type { RefreshInput } from "./refresh/refresh.ts";
import type { SignInInput } from "./sign-in/sign-in-input.ts";
import type { StepUpInput } from "./step-up/step-up.ts";

const WORD_MOST = 128;
const PHONE_CODE_MOST = 512;
const DEVICE_TYPES: readonly (DeviceType | undefined)[] = ["phone", "pad", "pc", "devtools", "other", undefined];
/** Unknown members are ignored, as in the form. @throws TypeError that names the member which is wrong; codes are not shown */
export function checkSignIn(input: SignInInput): void {
  checkObject("input", input);
  const { clientId, code, deviceId, deviceType, deviceName, attemptId, phoneCode } = input;
  checkClientId(clientId);
  checkSecretText("input.code", code);
  optional("input.deviceId", deviceId, WORD_MOST);
  optional("input.deviceName", deviceName, WORD_MOST);
  optional("input.attemptId", attemptId, WORD_MOST);
  if (phoneCode !== undefined && checkSecretText("input.phoneCode", phoneCode).length > PHONE_CODE_MOST) {
    throw new TypeError(`input.phoneCode: expected at most ${PHONE_CODE_MOST} characters`);
  }
  if (!DEVICE_TYPES.includes(deviceType))
    throw mistaken("input.deviceType", "phone, pad, pc, devtools or other", deviceType);
}

/** @throws TypeError that names the member which is missing or wrong; the token is not shown */
export function checkRefresh(input: RefreshInput): void {
  checkObject("input", input);
  checkClientId(input.clientId);
  checkSecretText("input.refreshToken", input.refreshToken);
  optional("input.attemptId", input.attemptId, WORD_MOST);
}

/** @throws TypeError that names the member which is missing or wrong; codes are not shown */
export function checkStepUp(input: StepUpInput): void {
  const { factor, ...proof } = checkObject("input", input, "{ factor, … }");
  if (factor !== "platform" && factor !== "soter") throw mistaken("input.factor", '"platform" or "soter"', factor);
  const members = factor === "platform" ? ["code"] : ["challenge", "jsonString", "jsonSignature"];
  for (const member of members) checkSecretText(`input.${member}`, proof[member]);
}

/** @throws TypeError for anything but a client with its id */
export function checkClient(client: { readonly id: string }): void {
  checkText("client.id", checkObject("client", client)["id"], WORD_MOST);
}

/** The user of an access token. @throws TypeError for anything else */
export function checkSelf(self: { readonly userId: string; readonly sid: SessionId }): void {
  const { userId, sid } = checkObject("self", self, "{ userId, sid, ver, pol }");
  if (typeof userId !== "string" || parseUserId(userId) === undefined)
    throw mistaken("self.userId", "a user id", userId);
  checkSessionId("self.sid", sid);
}

/** @throws TypeError for anything but a session id */
export function checkSessionId(name: string, sid: unknown): SessionId {
  const id = typeof sid === "string" ? parseSessionId(sid) : undefined;
  if (id === undefined) throw mistaken(name, "a session id (s_ and 22 characters)", sid);
  return id;
}

/** Empty text is the id of no client, and is answered as any other unknown one. */
function checkClientId(clientId: unknown): void {
  if (clientId !== "") checkText("input.clientId", clientId, WORD_MOST);
}

function optional(name: string, value: unknown, most: number): void {
  if (value !== undefined) checkText(name, value, most);
}
