import type { Protocol } from "../session/protocol.ts";
import { privateJson } from "./answers.ts";
import { confidentialClient } from "./client-authentication.ts";
import type { Endpoint } from "./endpoint.ts";
import { readForm } from "./form.ts";
import { required } from "./form-parameters.ts";

/** `POST /oauth/introspect`: RFC 7662, for back ends with `hufu.tokens:introspect`. */
export function introspectEndpoint(protocol: Pick<Protocol, "authenticate" | "findClient" | "introspect">): Endpoint {
  return {
    path: "/oauth/introspect",
    refusals: "oauth",
    methods: {
      async POST(call) {
        const form = await readForm(call);
        const client = confidentialClient(protocol, call, form);
        return privateJson(200, await protocol.introspect(required(form, "token"), client));
      },
    },
  };
}
