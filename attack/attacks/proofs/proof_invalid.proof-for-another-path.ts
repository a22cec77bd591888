import { defineAttack } from "../../lab/attack.ts";
import { bind, withProof } from "../../lab/bound.ts";

export default defineAttack({
  title: "A proof for one route is used for another route",
  refusal: "401 proof_invalid",
  needs: ["proofs"],
  async run(target) {
    const session = await bind(target);
    const request = await session.ordersRequest();
    const dpop = session.owner.proof({ ...request, uri: session.uri("/profile") });
    return session.ask("/orders", withProof(session, dpop));
  },
});
