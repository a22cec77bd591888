import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "A space stands inside the token",
  refusal: "401 token_malformed",
  needs: ["tokens"],
  async run(target) {
    const { access } = await target.signIn("alice");
    return target.ask("/orders", { authorization: `Bearer ${access.slice(0, 40)} ${access.slice(40)}` });
  },
});
