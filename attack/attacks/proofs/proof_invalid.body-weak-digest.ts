import { defineAttack } from "../../lab/attack.ts";
import { PAYMENT, pay } from "../../lab/bound.ts";

export default defineAttack({
  title: "A payment is proven by MD5 alone",
  refusal: "401 proof_invalid",
  needs: ["proofs"],
  run: (target) => pay(target, { digest: "md5=:Sd/dVLAcvNLSq16eXua5uQ==:", body: PAYMENT }),
});
