import { defineAttack } from "../../lab/attack.ts";
import { PAYMENT, pay } from "../../lab/bound.ts";

export default defineAttack({
  title: "A body is added to a DELETE whose proof names none",
  refusal: "401 proof_invalid",
  needs: ["proofs"],
  run: async (target) => [
    await pay(target, { method: "DELETE", body: PAYMENT }),
    await pay(target, { method: "DELETE" }),
  ],
});
