import { HufuError } from "../../core/errors/errors.ts";
import { assertWellFormed } from "../../core/well-formed.ts";
import type { Client, ShownSecret } from "../../session/clients.ts";
import type { Protocol } from "../../session/protocol.ts";
import type { Call } from "../messages/call.ts";
import type { Form } from "../messages/form.ts";
import { invalid, required } from "../messages/form-parameters.ts";
import type { RequestCaller } from "../messages/request-caller.ts";
import { readBasic } from "./basic-credentials.ts";
import { onlyCredential } from "./credentials-in-request.ts";

/** Longest id of a client or an app, in characters. */
export const CLIENT_ID_MOST = 128;

/** The client of a request: a back end that has shown its secret, or the name of a mini program, which proves nothing. */
export type TokenClient =
  | { readonly kind: "confidential"; readonly id: string; readonly registration: Client }
  | { readonly kind: "public"; readonly id: string };

type Authenticating = Pick<Protocol, "authenticateRequest" | "findClient">;

/** A request whose client is to be known. */
export interface Asking {
  readonly call: Call;
  readonly form: Form;
  readonly caller: RequestCaller;
}

/**
 * Finds the one way in which the client says who it is.
 * @throws HufuError `credentials_repeated` for two ways at once, `client_secret_wrong`, `parameter_missing`
 * @see RFC 6749 §2.3
 */
export async function authenticateClient(protocol: Authenticating, asking: Asking): Promise<TokenClient> {
  const { call, form, caller } = asking;
  const shown = shownSecrets(asking);
  if (shown !== undefined) {
    const registration = await protocol.authenticateRequest(shown, caller);
    call.noteClient?.(registration.id);
    return { kind: "confidential", id: registration.id, registration };
  }
  const id = required(form, "client_id");
  assertWellFormed(id, "client_id");
  if (id.length > CLIENT_ID_MOST) throw new HufuError("client_unknown", { detail: "longer than any client id" });
  // A back end must not become a public client by leaving its secret out.
  if (protocol.findClient(id) !== undefined) throw new HufuError("client_secret_wrong");
  call.noteClient?.(id);
  return { kind: "public", id };
}

/**
 * The same where only a back end may ask.
 * @throws HufuError `credentials_repeated`; `client_secret_wrong` without client authentication too (RFC 6749 §5.2)
 */
export async function confidentialClient(protocol: Authenticating, asking: Asking): Promise<Client> {
  const shown = shownSecrets(asking);
  if (shown === undefined) throw new HufuError("client_secret_wrong", { detail: "no client authentication" });
  const registration = await protocol.authenticateRequest(shown, asking.caller);
  asking.call.noteClient?.(registration.id);
  return registration;
}

/**
 * Refuses a request that does not say at all which client sends it.
 * @throws HufuError `client_secret_wrong`: RFC 6749 §5.2 counts "no client authentication included" as such
 */
export function requireClient({ call, form }: Asking): void {
  if (call.authorization.length > 0 || form.get("client_id") !== undefined) return;
  throw new HufuError("client_secret_wrong", { detail: "no client authentication" });
}

/** What the secret in the request may mean; `undefined` if it has none. */
function shownSecrets({ call, form }: Asking): readonly ShownSecret[] | undefined {
  const authorization = onlyCredential(call.authorization);
  const secret = form.get("client_secret");
  if (authorization === undefined)
    return secret === undefined ? undefined : [{ id: required(form, "client_id"), secret }];
  if (secret !== undefined) throw new HufuError("credentials_repeated");
  const shown = readBasic(authorization);
  const named = form.get("client_id");
  if (named === undefined) return shown;
  const same = shown.filter(({ id }) => id === named);
  if (same.length === 0) throw invalid("client_id");
  return same;
}
