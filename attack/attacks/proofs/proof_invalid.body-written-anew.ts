import { defineAttack } from "../../lab/attack.ts";
import { digestOf, PAYMENT, pay } from "../../lab/bound.ts";

export default defineAttack({
  title: "The same JSON is written anew, so that a parser could read it otherwise",
  refusal: "401 proof_invalid",
  needs: ["proofs"],
  run: (target) => pay(target, { digest: digestOf(PAYMENT), body: JSON.stringify(JSON.parse(PAYMENT)) }),
});
