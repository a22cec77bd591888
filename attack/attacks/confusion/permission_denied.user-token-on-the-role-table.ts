import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "A user's token is used to read the role table",
  refusal: "403 permission_denied",
  needs: ["clients"],
  async run(target) {
    const { access } = await target.signIn("alice");
    return target.askIssuer("/roles", { headers: { authorization: `Bearer ${access}` } });
  },
});
