import { defineAttack } from "../../lab/attack.ts";
import { bind, withProof } from "../../lab/bound.ts";
import { encoded } from "../../lab/forging.ts";

export default defineAttack({
  title: "The proof has the algorithm none",
  refusal: "401 proof_invalid",
  needs: ["proofs"],
  async run(target) {
    const session = await bind(target);
    const request = await session.ordersRequest();
    const [, claims] = session.owner.proof(request).split(".");
    const header = encoded({ typ: "dpop+jwt", alg: "none", jwk: session.owner.jwk });
    return session.ask("/orders", withProof(session, `${header}.${claims}.AA`));
  },
});
