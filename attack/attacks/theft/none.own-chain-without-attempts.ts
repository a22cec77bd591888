import { defineAttack } from "../../lab/attack.ts";
import { steal } from "../../lab/theft.ts";

export default defineAttack({
  title: "The attacker refreshes every ten minutes without attempts",
  refusal: "none",
  needs: ["refresh"],
  run: (target) =>
    steal(target, {
      start: (theft) => theft.use(theft.newest()),
      beforeOwner: (theft) => theft.use(theft.newest()),
    }),
});
