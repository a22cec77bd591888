import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "The token stands in a cookie",
  refusal: "401 token_missing",
  needs: ["tokens"],
  async run(target) {
    const { access } = await target.signIn("alice");
    return target.ask("/orders", { cookie: `access_token=${access}; token=${access}` });
  },
});
