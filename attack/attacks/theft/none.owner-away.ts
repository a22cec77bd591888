import { defineAttack } from "../../lab/attack.ts";
import { attackersAttempt, steal } from "../../lab/theft.ts";

export default defineAttack({
  title: "The attacker refreshes while the owner is away for two days",
  refusal: "none",
  needs: ["refresh"],
  run: (target) =>
    steal(target, {
      away: 2 * 86_400_000,
      whileAway: (theft) => theft.use(theft.newest(), attackersAttempt()),
      beforeOwner: (theft) => theft.use(theft.newest(), attackersAttempt()),
    }),
});
