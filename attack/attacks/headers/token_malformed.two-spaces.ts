import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "Two spaces follow the scheme",
  refusal: "401 token_malformed",
  needs: ["tokens"],
  async run(target) {
    const { access } = await target.signIn("alice");
    return target.ask("/orders", { authorization: `Bearer  ${access}x` });
  },
});
