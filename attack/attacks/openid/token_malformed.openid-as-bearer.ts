import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "An openid is sent as a Bearer token",
  refusal: "401 token_malformed",
  async run(target) {
    const { openid } = await target.signIn("alice");
    return target.ask("/orders", { authorization: `Bearer ${openid}` });
  },
});
