import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "A refresh token is made up",
  refusal: "400 refresh_token_invalid",
  needs: ["refresh"],
  async run(target) {
    return target.renew(`hr1.${"A".repeat(120)}`);
  },
});
