import { defineAttack } from "../../lab/attack.ts";
import { digestOf, PAYMENT, pay } from "../../lab/bound.ts";

export default defineAttack({
  title: "A payment comes with the digest of another body",
  refusal: "401 proof_invalid",
  needs: ["proofs"],
  run: (target) => pay(target, { digest: digestOf('{"amount": 1}'), body: PAYMENT }),
});
