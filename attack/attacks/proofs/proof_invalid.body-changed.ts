import { defineAttack } from "../../lab/attack.ts";
import { digestOf, PAYMENT, pay } from "../../lab/bound.ts";

export default defineAttack({
  title: "The amount of a proven payment is changed on the way",
  refusal: "401 proof_invalid",
  needs: ["proofs"],
  run: (target) => pay(target, { digest: digestOf(PAYMENT), body: PAYMENT.replace("5", "5000") }),
});
