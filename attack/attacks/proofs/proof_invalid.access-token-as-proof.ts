import { defineAttack } from "../../lab/attack.ts";
import { bind, withProof } from "../../lab/bound.ts";

export default defineAttack({
  title: "The access token is sent as its own proof",
  refusal: "401 proof_invalid",
  needs: ["proofs"],
  async run(target) {
    const session = await bind(target);
    return session.ask("/orders", withProof(session, session.access));
  },
});
