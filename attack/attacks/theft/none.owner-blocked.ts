import { defineAttack } from "../../lab/attack.ts";
import { attackersAttempt, steal } from "../../lab/theft.ts";

export default defineAttack({
  title: "The attacker keeps the owner offline for three hours and moves ahead",
  refusal: "none",
  needs: ["refresh"],
  run: (target) =>
    steal(target, {
      away: 3 * 3_600_000,
      whileAway: (theft) => theft.use(theft.newest(), attackersAttempt()),
    }),
});
