import { defineAttack } from "../../lab/attack.ts";
import { digestOf, PAYMENT, pay } from "../../lab/bound.ts";

export default defineAttack({
  title: "The body of a proven payment is taken away",
  refusal: "401 proof_invalid",
  needs: ["proofs"],
  run: (target) => pay(target, { digest: digestOf(PAYMENT) }),
});
