import { defineAttack } from "../../lab/attack.ts";
import { steal } from "../../lab/theft.ts";

export default defineAttack({
  title: "The attacker presents the stolen token again and again with one attempt",
  refusal: "none",
  needs: ["refresh"],
  run: (target) =>
    steal(target, {
      beforeOwner: (theft) => theft.use(theft.stolen, "attempt-of-the-poller-000001"),
      afterOwner: (theft) => theft.use(theft.stolen, "attempt-of-the-poller-000001"),
    }),
});
