import { HufuError } from "../../core/errors/errors.ts";
import type { Protocol } from "../../session/protocol.ts";
import { authenticateClient, requireClient, type TokenClient } from "../authentication/client-authentication.ts";
import type { Endpoint } from "../endpoint.ts";
import { privateEmpty } from "../messages/answers.ts";
import { readForm } from "../messages/form.ts";
import { required } from "../messages/form-parameters.ts";

type RevokeProtocol = Pick<Protocol, "authenticateRequest" | "findClient" | "isMiniProgram" | "revoke">;

/** `POST /oauth/revoke`: RFC 7009. `token_type_hint` is not needed: a token says itself what it is. */
export function revokeEndpoint(protocol: RevokeProtocol): Endpoint {
  return {
    path: "/oauth/revoke",
    refusals: "oauth",
    methods: {
      async POST(call, { caller }) {
        const form = await readForm(call);
        const asking = { call, form, caller };
        requireClient(asking);
        const client = await authenticateClient(protocol, asking);
        await refuseUnknown(protocol, client);
        const confidential = client.kind === "confidential";
        await protocol.revoke(required(form, "token"), { id: client.id, confidential, caller });
        return privateEmpty(200);
      },
    },
  };
}

async function refuseUnknown(protocol: RevokeProtocol, client: TokenClient): Promise<void> {
  if (client.kind === "public" && !(await protocol.isMiniProgram(client.id))) throw new HufuError("client_unknown");
}
