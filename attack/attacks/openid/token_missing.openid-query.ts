import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "An openid is sent in the address",
  refusal: "401 token_missing",
  async run(target) {
    const { openid } = await target.signIn("alice");
    return target.ask(`/orders?openid=${openid}`);
  },
});
