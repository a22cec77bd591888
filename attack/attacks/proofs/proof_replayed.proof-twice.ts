import { defineAttack } from "../../lab/attack.ts";
import { bind, withProof } from "../../lab/bound.ts";

export default defineAttack({
  title: "A proof that was seen on the way is used a second time",
  refusal: "401 proof_replayed",
  needs: ["proofs"],
  async run(target) {
    const session = await bind(target);
    const dpop = session.owner.proof(await session.ordersRequest());
    await session.ask("/orders", withProof(session, dpop));
    return session.ask("/orders", withProof(session, dpop));
  },
});
