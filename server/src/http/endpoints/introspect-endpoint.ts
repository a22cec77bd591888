import type { Protocol } from "../../session/protocol.ts";
import { confidentialClient } from "../authentication/client-authentication.ts";
import type { Endpoint } from "../endpoint.ts";
import { privateJson } from "../messages/answers.ts";
import { readForm } from "../messages/form.ts";
import { required } from "../messages/form-parameters.ts";

/** `POST /oauth/introspect`: RFC 7662, for back ends with `hufu.tokens:introspect`. */
export function introspectEndpoint(
  protocol: Pick<Protocol, "authenticateRequest" | "findClient" | "introspect">,
): Endpoint {
  return {
    path: "/oauth/introspect",
    refusals: "oauth",
    methods: {
      async POST(call, { caller }) {
        const form = await readForm(call);
        const client = await confidentialClient(protocol, { call, form, caller });
        return privateJson(200, await protocol.introspect(required(form, "token"), client));
      },
    },
  };
}
