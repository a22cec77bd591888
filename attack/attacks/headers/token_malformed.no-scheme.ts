import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "The header holds the token without a scheme",
  refusal: "401 token_malformed",
  needs: ["tokens"],
  async run(target) {
    const { access } = await target.signIn("alice");
    return target.ask("/orders", { authorization: access });
  },
});
