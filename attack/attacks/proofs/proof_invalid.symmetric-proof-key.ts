import { defineAttack } from "../../lab/attack.ts";
import { bind, withProof } from "../../lab/bound.ts";

export default defineAttack({
  title: "The proof brings a symmetric key",
  refusal: "401 proof_invalid",
  needs: ["proofs"],
  async run(target) {
    const session = await bind(target);
    const request = await session.ordersRequest();
    const dpop = session.owner.proof(request, { header: { alg: "HS256", jwk: { kty: "oct", k: "AAAA" } } });
    return session.ask("/orders", withProof(session, dpop));
  },
});
