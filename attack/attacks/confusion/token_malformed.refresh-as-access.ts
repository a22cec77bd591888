import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "A refresh token is used as an access token",
  refusal: "401 token_malformed",
  needs: ["refresh"],
  async run(target) {
    const { refresh } = await target.signIn("alice");
    return target.ask("/orders", { authorization: `Bearer ${refresh}` });
  },
});
