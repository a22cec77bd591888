import { defineAttack } from "../../lab/attack.ts";
import { steal } from "../../lab/theft.ts";

export default defineAttack({
  title: "The attacker refreshes twice without an attempt, and the owner comes within a minute",
  refusal: "none",
  needs: ["refresh"],
  run: (target) =>
    steal(target, {
      async start(theft) {
        await theft.use(theft.newest());
        await theft.use(theft.newest());
      },
      pause: 30_000,
    }),
});
