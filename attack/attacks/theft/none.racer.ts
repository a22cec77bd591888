import { defineAttack } from "../../lab/attack.ts";
import { attackersAttempt, steal } from "../../lab/theft.ts";

export default defineAttack({
  title: "The attacker refreshes right before the owner, each time",
  refusal: "none",
  needs: ["refresh"],
  run: (target) =>
    steal(target, {
      beforeOwner: (theft) => theft.use(theft.newest(), attackersAttempt()),
    }),
});
