import { defineAttack } from "../../lab/attack.ts";
import { attackersAttempt, steal } from "../../lab/theft.ts";

export default defineAttack({
  title: "The attacker presents the stolen token again and again and uses no answer",
  refusal: "none",
  needs: ["refresh"],
  run: (target) =>
    steal(target, {
      async beforeOwner(theft) {
        await Promise.all(Array.from({ length: 20 }, () => theft.use(theft.stolen, attackersAttempt())));
      },
    }),
});
