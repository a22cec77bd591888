import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "The token uses the base64 alphabet instead of base64url",
  refusal: "401 token_malformed",
  needs: ["tokens"],
  async run(target) {
    const { access } = await target.signIn("alice");
    return target.ask("/orders", { authorization: `Bearer ${access.replace(/[-_]/g, "+")}+` });
  },
});
