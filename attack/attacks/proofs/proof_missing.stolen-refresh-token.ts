import { defineAttack } from "../../lab/attack.ts";
import { bind } from "../../lab/bound.ts";

export default defineAttack({
  title: "A stolen refresh token of a bound session is used without a proof",
  refusal: "400 proof_missing",
  needs: ["proofs"],
  async run(target) {
    const session = await bind(target);
    return session.renew(undefined);
  },
});
