import type { Caller } from "../../../core/caller.ts";
import type { Protocol } from "../../../session/protocol.ts";
import type { TokenAnswer } from "../../../session/token-answer.ts";
import type { Form } from "../../messages/form.ts";
import { required, shaped } from "../../messages/form-parameters.ts";
import { ATTEMPT_ID } from "./attempt-id.ts";

export const REFRESH_TOKEN = "refresh_token";

/** docs/protocol.md §3.2. */
export function refreshByToken(
  protocol: Pick<Protocol, "refresh">,
  clientId: string,
  form: Form,
  from: { readonly caller: Caller; readonly jkt: string | undefined },
): Promise<TokenAnswer> {
  const refreshToken = required(form, "refresh_token");
  const attemptId = shaped(form, "attempt_id", ATTEMPT_ID);
  return protocol.refresh({ clientId, refreshToken, attemptId, ...from });
}
