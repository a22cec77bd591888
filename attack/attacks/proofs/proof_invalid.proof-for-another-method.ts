import { defineAttack } from "../../lab/attack.ts";
import { bind, withProof } from "../../lab/bound.ts";

export default defineAttack({
  title: "A proof for GET is used for POST",
  refusal: "401 proof_invalid",
  needs: ["proofs"],
  async run(target) {
    const session = await bind(target);
    const request = await session.ordersRequest();
    const dpop = session.owner.proof({ ...request, method: "POST" });
    return session.ask("/orders", withProof(session, dpop));
  },
});
