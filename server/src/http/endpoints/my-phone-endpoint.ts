import { maskedPhone } from "../../core/masked-phone.ts";
import type { Protocol } from "../../session/protocol.ts";
import { type Checker, FRESH, signedInUser } from "../authentication/signed-in-user.ts";
import type { Endpoint } from "../endpoint.ts";
import { privateJson } from "../messages/answers.ts";
import { readJson, textMember } from "../messages/json-body.ts";

export const CODE_MOST = 512;

/** `PUT /me/phone`: docs/protocol.md §7. Only who has no number yet needs no fresh authentication. */
export function myPhoneEndpoint({ account }: Pick<Protocol, "account">, verifier: Checker): Endpoint {
  return {
    path: "/me/phone",
    refusals: "guard",
    methods: {
      async PUT(call, { caller }) {
        const self = await signedInUser(verifier, call, async (user) =>
          (await account.phone(user)) === null ? undefined : FRESH,
        );
        const code = textMember(await readJson(call), "code", CODE_MOST);
        const number = await account.setPhone(self, code, caller);
        return privateJson(200, { phone: maskedPhone(number) });
      },
    },
  };
}
