import { HufuError } from "../../core/errors.ts";
import type { Protocol } from "../../session/protocol.ts";
import { authenticateClient, type Caller } from "../authentication/client-authentication.ts";
import type { Endpoint } from "../endpoint.ts";
import { privateEmpty } from "../messages/answers.ts";
import { readForm } from "../messages/form.ts";
import { required } from "../messages/form-parameters.ts";

type RevokeProtocol = Pick<Protocol, "authenticate" | "findClient" | "isMiniProgram" | "revoke">;

/** `POST /oauth/revoke`: RFC 7009. `token_type_hint` is not needed: a token says itself what it is. */
export function revokeEndpoint(protocol: RevokeProtocol): Endpoint {
  return {
    path: "/oauth/revoke",
    refusals: "oauth",
    methods: {
      async POST(call, { requestId }) {
        const form = await readForm(call);
        const caller = authenticateClient(protocol, call, form);
        const id = await knownClient(protocol, caller);
        const confidential = caller.kind === "confidential";
        await protocol.revoke(required(form, "token"), { id, confidential, requestId });
        return privateEmpty(200);
      },
    },
  };
}

async function knownClient(protocol: RevokeProtocol, caller: Caller): Promise<string> {
  if (caller.kind === "confidential") return caller.client.id;
  if (!(await protocol.isMiniProgram(caller.clientId))) throw new HufuError("client_unknown");
  return caller.clientId;
}
