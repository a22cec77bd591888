import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "A tab follows the scheme",
  refusal: "401 token_malformed",
  needs: ["tokens"],
  async run(target) {
    const { access } = await target.signIn("alice");
    return target.ask("/orders", { authorization: `Bearer\t${access}x` });
  },
});
