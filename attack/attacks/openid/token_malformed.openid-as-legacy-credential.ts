import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "An openid alone is sent to a guard that still accepts credentials of before",
  refusal: "401 token_malformed",
  async run(target) {
    const { openid } = await target.signIn("alice");
    return target.ask("/orders", { authorization: openid });
  },
});
