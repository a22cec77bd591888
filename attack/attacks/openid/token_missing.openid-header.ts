import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "An openid that somebody has seen is sent in a header",
  refusal: "401 token_missing",
  async run(target) {
    const { openid } = await target.signIn("alice");
    return target.ask("/orders", { "x-openid": openid });
  },
});
