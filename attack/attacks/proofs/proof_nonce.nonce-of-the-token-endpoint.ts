import { defineAttack } from "../../lab/attack.ts";
import { bind, withProof } from "../../lab/bound.ts";

export default defineAttack({
  title: "The nonce of the token endpoint is used at a guard",
  refusal: "401 proof_nonce",
  needs: ["proofs"],
  async run(target) {
    const session = await bind(target);
    const request = await session.ordersRequest();
    const dpop = session.owner.proof({ ...request, nonce: await session.tokenNonce() });
    return session.ask("/orders", withProof(session, dpop));
  },
});
