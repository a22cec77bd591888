import { defineAttack } from "../../lab/attack.ts";
import { bind, withProof } from "../../lab/bound.ts";

export default defineAttack({
  title: "A bound token is used with a good proof after its session was ended",
  refusal: "401 token_revoked",
  needs: ["proofs"],
  async run(target) {
    const session = await bind(target);
    const request = await session.ordersRequest();
    const alice = await target.signIn("alice");
    await target.kick(alice);
    const dpop = session.owner.proof(request);
    return session.ask("/orders", withProof(session, dpop));
  },
});
