import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "The access token stands in the address",
  refusal: "400 token_in_query",
  needs: ["tokens"],
  async run(target) {
    const { access } = await target.signIn("alice");
    return target.ask(`/orders?access_token=${access}&token=${access}`);
  },
});
