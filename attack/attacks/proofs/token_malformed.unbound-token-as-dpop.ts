import { createProofClient } from "../../../server/src/proof/proof-client.fixture.ts";
import { defineAttack } from "../../lab/attack.ts";
import { bind } from "../../lab/bound.ts";

export default defineAttack({
  title: "An unbound token is presented as bound, with the attacker's proof",
  refusal: "401 token_malformed",
  needs: ["proofs"],
  async run(target) {
    const session = await bind(target);
    const nonce = await session.guardNonce();
    const { access } = await target.signIn("bob");
    const dpop = createProofClient().proof({ method: "GET", uri: session.uri("/orders"), accessToken: access, nonce });
    return session.ask("/orders", { authorization: `DPoP ${access}`, dpop });
  },
});
