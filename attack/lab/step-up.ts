import type { Answer } from "./http.ts";
import type { Target } from "./target.ts";

/** More than `GET /recent` allows, less than an access token lives. */
export const SIX_MINUTES = 360_000;

/** `POST /me/step-up` with this token and body. */
export function stepUp(target: Target, access: string, body: object): Promise<Answer> {
  return target.askIssuer("/me/step-up", {
    method: "POST",
    headers: { authorization: `Bearer ${access}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

/** A challenge for a session, to be confirmed by finger. */
export async function challengeFor(target: Target, access: string, operation = "pay"): Promise<string> {
  const { json } = await target.askIssuer("/me/step-up/challenge", {
    method: "POST",
    headers: { authorization: `Bearer ${access}`, "content-type": "application/json" },
    body: JSON.stringify({ factor: "soter", operation }),
  });
  return String(json["challenge"]);
}

/** The body of a step-up by this user's finger. */
export function fingerOf(target: Target, user: string, challenge: string): Readonly<Record<string, string>> {
  const json = JSON.stringify({ raw: challenge, counter: 1, fp_n: "sensor", uid: "0" });
  const signature = target.finger?.(user, json) ?? "";
  return { factor: "soter", challenge, json_string: json, json_signature: signature };
}
