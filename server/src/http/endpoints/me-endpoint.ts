import { maskedPhone } from "../../core/masked-phone.ts";
import { toSeconds } from "../../core/time/clock.ts";
import type { Protocol } from "../../session/protocol.ts";
import type { UserWithIdentities } from "../../store/users.ts";
import { type Checker, FRESH, signedInUser } from "../authentication/signed-in-user.ts";
import type { Endpoint } from "../endpoint.ts";
import { privateEmpty, privateJson } from "../messages/answers.ts";

/** `GET` and `DELETE /me`: docs/protocol.md §7. */
export function meEndpoint(protocol: Pick<Protocol, "me" | "account">, verifier: Checker): Endpoint {
  return {
    path: "/me",
    refusals: "guard",
    methods: {
      async GET(call) {
        const self = await signedInUser(verifier, call);
        const [me, phone] = await Promise.all([protocol.me(self), protocol.account.phone(self)]);
        return privateJson(200, onWire(me, phone));
      },
      async DELETE(call, { caller }) {
        const self = await signedInUser(verifier, call, () => FRESH);
        await protocol.account.close(self, caller);
        return privateEmpty(204);
      },
    },
  };
}

function onWire({ user, identities }: UserWithIdentities, phone: string | null): object {
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
    phone: phone === null ? null : maskedPhone(phone),
    created: toSeconds(user.createdAt),
  };
}
