import { defineAttack } from "../../lab/attack.ts";
import { attackersAttempt, steal } from "../../lab/theft.ts";

export default defineAttack({
  title: "The attacker refreshes sixty times at once, then every ten minutes",
  refusal: "none",
  needs: ["refresh"],
  run: (target) =>
    steal(target, {
      async start(theft) {
        for (let count = 0; count < 60; count += 1) await theft.use(theft.newest(), attackersAttempt());
      },
      beforeOwner: (theft) => theft.use(theft.newest(), attackersAttempt()),
    }),
});
