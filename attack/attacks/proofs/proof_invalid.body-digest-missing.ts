import { defineAttack } from "../../lab/attack.ts";
import { PAYMENT, pay } from "../../lab/bound.ts";

export default defineAttack({
  title: "A proof without a digest is used for a payment",
  refusal: "401 proof_invalid",
  needs: ["proofs"],
  run: (target) => pay(target, { body: PAYMENT }),
});
