import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "A dot follows the token",
  refusal: "401 token_malformed",
  needs: ["tokens"],
  async run(target) {
    const { access } = await target.signIn("alice");
    return target.ask("/orders", { authorization: `Bearer ${access}.` });
  },
});
