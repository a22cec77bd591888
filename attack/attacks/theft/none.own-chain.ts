import { defineAttack } from "../../lab/attack.ts";
import { attackersAttempt, steal } from "../../lab/theft.ts";

export default defineAttack({
  title: "The attacker refreshes every ten minutes, whatever the owner does",
  refusal: "none",
  needs: ["refresh"],
  run: (target) =>
    steal(target, {
      start: (theft) => theft.use(theft.newest(), attackersAttempt()),
      beforeOwner: (theft) => theft.use(theft.newest(), attackersAttempt()),
    }),
});
