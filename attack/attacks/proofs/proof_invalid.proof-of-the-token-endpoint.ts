import { defineAttack } from "../../lab/attack.ts";
import { bind, withProof } from "../../lab/bound.ts";

export default defineAttack({
  title: "A proof for the token endpoint is used at a guard",
  refusal: "401 proof_invalid",
  needs: ["proofs"],
  async run(target) {
    const session = await bind(target);
    const dpop = session.owner.proof({ uri: session.tokenUri, nonce: await session.tokenNonce() });
    return session.ask("/orders", withProof(session, dpop));
  },
});
