import type { Protocol } from "../../session/protocol.ts";
import type { PolicySnapshot } from "../../store/policy.ts";
import { backEnd } from "../authentication/back-end.ts";
import type { Checker } from "../authentication/signed-in-user.ts";
import type { Endpoint } from "../endpoint.ts";
import { createKeptByEtag, PRIVATE } from "./kept-by-etag.ts";

/** `GET /roles`: what every role allows, for verifiers that meet a token with roles alone (docs/protocol.md §6). */
export function rolesEndpoint(protocol: Pick<Protocol, "findClient" | "roles">, verifier: Checker): Endpoint {
  const keptByEtag = createKeptByEtag(PRIVATE);
  return {
    path: "/roles",
    refusals: "guard",
    methods: {
      async GET(call) {
        await backEnd(verifier, protocol, call, "hufu.revocations:read");
        return keptByEtag(call, onWire(await protocol.roles()));
      },
    },
  };
}

/** In order of their names, so that the same roles have the same ETag on every node. */
function onWire({ pol, roles }: PolicySnapshot): object {
  const inOrder = [...roles].sort(([one], [other]) => (one < other ? -1 : 1));
  return { pol, roles: Object.fromEntries(inOrder) };
}
