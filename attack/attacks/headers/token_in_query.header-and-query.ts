import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "A token stands in the header and in the address",
  refusal: "400 token_in_query",
  needs: ["tokens"],
  async run(target) {
    const { access } = await target.signIn("alice");
    return target.ask(`/orders?access_token=${access}`, { authorization: `Bearer ${access}x` });
  },
});
