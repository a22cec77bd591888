import { toSeconds } from "../../core/time/clock.ts";
import type { Protocol } from "../../session/protocol.ts";
import type { UserWithIdentities } from "../../store/users.ts";
import { type Checker, signedInUser } from "../authentication/signed-in-user.ts";
import type { Endpoint } from "../endpoint.ts";
import { privateJson } from "../messages/answers.ts";

/** `GET /me`: docs/protocol.md §7. */
export function meEndpoint(protocol: Pick<Protocol, "me">, verifier: Checker): Endpoint {
  return {
    path: "/me",
    refusals: "guard",
    methods: {
      async GET(call) {
        const self = await signedInUser(verifier, call);
        return privateJson(200, onWire(await protocol.me(self)));
      },
    },
  };
}

function onWire({ user, identities }: UserWithIdentities): object {
  return {
    id: user.id,
    external_id: user.externalId,
    identities: identities.map(({ platform, app, openid, createdAt }) => ({
      platform,
      app,
      openid,
      created: toSeconds(createdAt),
    })),
    roles: user.roles,
    // Numbers are not kept yet.
    phone: null,
    created: toSeconds(user.createdAt),
  };
}
