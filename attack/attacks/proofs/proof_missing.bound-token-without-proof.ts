import { defineAttack } from "../../lab/attack.ts";
import { bind } from "../../lab/bound.ts";

export default defineAttack({
  title: "A stolen bound token is used without a proof",
  refusal: "401 proof_missing",
  needs: ["proofs"],
  async run(target) {
    const session = await bind(target);
    return session.ask("/orders", { authorization: `DPoP ${session.access}` });
  },
});
