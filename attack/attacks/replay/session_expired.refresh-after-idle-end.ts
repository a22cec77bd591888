import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "A refresh token is used after a month without use",
  refusal: "400 session_expired",
  needs: ["refresh"],
  async run(target) {
    const { refresh } = await target.signIn("alice");
    await target.pass(31 * 86_400_000);
    return target.renew(refresh);
  },
});
