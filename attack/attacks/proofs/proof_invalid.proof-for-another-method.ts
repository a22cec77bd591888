import { defineAttack } from "../../lab/attack.ts";
import { bind, withProof } from "../../lab/bound.ts";

export default defineAttack({
  title: "A proof for GET is used for POST",
  refusal: "401 proof_invalid",
  needs: ["proofs"],
  async run(target) {
    const session = await bind(target);
    const nonce = await session.guardNonce();
    const dpop = session.owner.proof({
      method: "POST",
      uri: session.uri("/orders"),
      accessToken: session.access,
      nonce,
    });
    return session.ask("/orders", withProof(session, dpop));
  },
});
