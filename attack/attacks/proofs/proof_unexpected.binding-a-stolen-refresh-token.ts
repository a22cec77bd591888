import { createProofClient } from "../../../server/src/proof/proof-client.fixture.ts";
import { defineAttack } from "../../lab/attack.ts";
import { bind } from "../../lab/bound.ts";
import { form } from "../../lab/http.ts";

export default defineAttack({
  title: "A stolen refresh token of an unbound session is bound to the attacker's key",
  refusal: "400 proof_unexpected",
  needs: ["proofs"],
  async run(target) {
    const session = await bind(target);
    const { refresh } = await target.signIn("bob");
    const dpop = createProofClient().proof({ uri: session.tokenUri, nonce: await session.tokenNonce() });
    return target.askIssuer("/oauth/token", {
      ...form({ grant_type: "refresh_token", client_id: target.clientId, refresh_token: refresh }),
      headers: { dpop },
    });
  },
});
