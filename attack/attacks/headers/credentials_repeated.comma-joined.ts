import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "Two tokens are joined by a comma",
  refusal: "400 credentials_repeated",
  needs: ["tokens"],
  async run(target) {
    const { access } = await target.signIn("alice");
    return target.ask("/orders", { authorization: `Bearer ${access}x, Bearer ${access}` });
  },
});
