import { defineAttack } from "../../lab/attack.ts";
import { steal } from "../../lab/theft.ts";

export default defineAttack({
  title: "The attacker presents the stolen token again and again without an attempt",
  refusal: "none",
  needs: ["refresh"],
  run: (target) =>
    steal(target, {
      beforeOwner: (theft) => theft.use(theft.stolen),
      afterOwner: (theft) => theft.use(theft.stolen),
    }),
});
