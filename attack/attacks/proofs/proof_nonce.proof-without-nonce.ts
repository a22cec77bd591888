import { defineAttack } from "../../lab/attack.ts";
import { bind, withProof } from "../../lab/bound.ts";

export default defineAttack({
  title: "A proof that was made long ago, without a nonce, is used",
  refusal: "401 proof_nonce",
  needs: ["proofs"],
  async run(target) {
    const session = await bind(target);
    const dpop = session.owner.proof({ method: "GET", uri: session.uri("/orders"), accessToken: session.access });
    return session.ask("/orders", withProof(session, dpop));
  },
});
