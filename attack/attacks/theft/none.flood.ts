import { defineAttack } from "../../lab/attack.ts";
import { attackersAttempt, steal } from "../../lab/theft.ts";

export default defineAttack({
  title: "The attacker sends forty attempts at once and goes on with one of the tokens",
  refusal: "none",
  needs: ["refresh"],
  run: (target) =>
    steal(target, {
      start: (theft) => Promise.all(Array.from({ length: 40 }, () => theft.use(theft.stolen, attackersAttempt()))),
      afterOwner: (theft) => theft.use(theft.newest(), attackersAttempt()),
    }),
});
