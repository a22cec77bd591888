import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "The signature has base64 padding",
  refusal: "401 token_malformed",
  needs: ["tokens"],
  async run(target) {
    const { access } = await target.signIn("alice");
    return target.ask("/orders", { authorization: `Bearer ${access}==` });
  },
});
