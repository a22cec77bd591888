import { HufuError } from "../../core/errors.ts";
import type { Client } from "../../session/clients.ts";
import type { Protocol } from "../../session/protocol.ts";
import type { Call } from "../messages/call.ts";
import type { Form } from "../messages/form.ts";
import { invalid, required } from "../messages/form-parameters.ts";
import { onlyCredential } from "./credentials-in-request.ts";

/** The client of a request: a back end that has shown its secret, or the name of a mini program, which proves nothing. */
export type TokenClient =
  | { readonly kind: "confidential"; readonly id: string; readonly registration: Client }
  | { readonly kind: "public"; readonly id: string };

const BASIC = /^basic ([A-Za-z0-9+/]+={0,2})$/i;

/**
 * Finds the one way in which the client says who it is.
 * @throws HufuError `credentials_repeated` for two ways at once, `client_unknown`, `client_secret_wrong`,
 * `parameter_missing`
 * @see RFC 6749 §2.3
 */
export function authenticateClient(
  protocol: Pick<Protocol, "authenticate" | "findClient">,
  call: Call,
  form: Form,
): TokenClient {
  const authorization = onlyCredential(call.authorization);
  const formSecret = form.get("client_secret");
  if (authorization !== undefined) {
    if (formSecret !== undefined) throw new HufuError("credentials_repeated");
    const { id, secret } = readBasic(authorization);
    if ((form.get("client_id") ?? id) !== id) throw invalid("client_id");
    return { kind: "confidential", id, registration: protocol.authenticate(id, secret) };
  }
  const id = required(form, "client_id");
  if (formSecret !== undefined) {
    return { kind: "confidential", id, registration: protocol.authenticate(id, formSecret) };
  }
  // A back end must not become a public client by leaving its secret out.
  if (protocol.findClient(id) !== undefined) throw new HufuError("client_secret_wrong");
  return { kind: "public", id };
}

/** @throws HufuError `client_secret_wrong` for a public client, `client_unknown` */
export function confidentialClient(
  protocol: Pick<Protocol, "authenticate" | "findClient">,
  call: Call,
  form: Form,
): Client {
  const client = authenticateClient(protocol, call, form);
  if (client.kind === "public") throw new HufuError("client_secret_wrong", { detail: "a public client" });
  return client.registration;
}

/** Id and secret are form-encoded before they are joined, which most forget and tools do. @see RFC 6749 §2.3.1 */
function readBasic(authorization: string): { readonly id: string; readonly secret: string } {
  const encoded = BASIC.exec(authorization)?.[1];
  const text = encoded === undefined ? "" : Buffer.from(encoded, "base64").toString("utf8");
  const colon = text.indexOf(":");
  if (colon === -1) throw new HufuError("client_unknown", { detail: "the Authorization header is not Basic" });
  try {
    return { id: formDecode(text.slice(0, colon)), secret: formDecode(text.slice(colon + 1)) };
  } catch (cause) {
    throw new HufuError("client_unknown", { detail: "Basic: percent-encoding", cause });
  }
}

function formDecode(text: string): string {
  return decodeURIComponent(text.replaceAll("+", " "));
}
