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
