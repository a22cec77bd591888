import { defineAttack } from "../../lab/attack.ts";
import { bind, withProof } from "../../lab/bound.ts";

export default defineAttack({
  title: "A proof for one token is used with another token",
  refusal: "401 proof_invalid",
  needs: ["proofs"],
  async run(target) {
    const session = await bind(target);
    const request = await session.ordersRequest();
    const dpop = session.owner.proof({ ...request, accessToken: "another token" });
    return session.ask("/orders", withProof(session, dpop));
  },
});
