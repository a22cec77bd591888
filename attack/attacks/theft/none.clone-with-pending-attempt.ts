import { defineAttack } from "../../lab/attack.ts";
import { attackersAttempt, steal } from "../../lab/theft.ts";

export default defineAttack({
  title: "The attacker has the whole storage and repeats the owner's own request",
  refusal: "none",
  needs: ["refresh"],
  run: (target) =>
    steal(target, {
      start: (theft) => theft.use(theft.stolen, theft.pendingAttempt),
      afterOwner: (theft) => theft.use(theft.newest(), attackersAttempt()),
    }),
});
