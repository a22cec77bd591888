import { defineAttack } from "../../lab/attack.ts";
import { bind, withProof } from "../../lab/bound.ts";

export default defineAttack({
  title: "A proof that was stored for four minutes is used",
  refusal: "401 proof_nonce",
  needs: ["proofs"],
  async run(target) {
    const session = await bind(target);
    const dpop = session.owner.proof(await session.ordersRequest());
    await target.pass(240_000);
    return session.ask("/orders", withProof(session, dpop));
  },
});
