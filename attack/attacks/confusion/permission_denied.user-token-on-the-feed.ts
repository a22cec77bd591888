import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "A user's token is used on the revocation feed",
  refusal: "403 permission_denied",
  needs: ["clients"],
  async run(target) {
    const { access } = await target.signIn("alice");
    return target.askIssuer("/revocations", {
      headers: { authorization: `Bearer ${access}`, accept: "application/json" },
    });
  },
});
