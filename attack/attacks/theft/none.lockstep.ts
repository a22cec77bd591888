import { defineAttack } from "../../lab/attack.ts";
import { attackersAttempt, steal } from "../../lab/theft.ts";

export default defineAttack({
  title: "The attacker refreshes once after each refresh of the owner",
  refusal: "none",
  needs: ["refresh"],
  run: (target) =>
    steal(target, {
      afterOwner: (theft) => theft.use(theft.newest(), attackersAttempt()),
    }),
});
