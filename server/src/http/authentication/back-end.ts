import { compileGrants } from "../../access/grants.ts";
import { HufuError } from "../../core/errors/errors.ts";
import type { Protocol } from "../../session/protocol.ts";
import type { Auth } from "../../verify/token-check/auth.ts";
import { refuseTokenInQuery } from "../../verify/token-check/credentials.ts";
import type { Call } from "../messages/call.ts";
import { onlyCredential } from "./credentials-in-request.ts";
import { type Checker, presentedProof } from "./signed-in-user.ts";

/**
 * The back end whose access token came with the request. What its registration says by now counts beside what the token
 * says: a token outlives a permission that was taken out of the configuration.
 * @throws HufuError as docs/protocol.md §5 lists; `permission_denied` for users too
 */
export async function backEnd(
  verifier: Checker,
  protocol: Pick<Protocol, "findClient">,
  call: Call,
  permission: string,
): Promise<Auth<unknown>> {
  refuseTokenInQuery(call.query);
  const auth = await verifier.check(onlyCredential(call.authorization), () => presentedProof(call));
  call.noteClient?.(auth.clientId);
  const registered = auth.kind === "client" ? protocol.findClient(auth.clientId) : undefined;
  const isAllowed =
    registered !== undefined && auth.can(permission) && compileGrants(registered.permissions).allows(permission);
  if (!isAllowed) throw new HufuError("permission_denied", { scope: permission });
  return auth;
}
