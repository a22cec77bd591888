import { defineAttack } from "../../lab/attack.ts";
import { bind, withProof } from "../../lab/bound.ts";

export default defineAttack({
  title: "The nonce is made up",
  refusal: "401 proof_nonce",
  needs: ["proofs"],
  async run(target) {
    const session = await bind(target);
    const dpop = session.owner.proof({ ...(await session.ordersRequest()), nonce: "A".repeat(40) });
    return session.ask("/orders", withProof(session, dpop));
  },
});
