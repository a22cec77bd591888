import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "A refresh token is used after the user signed out",
  refusal: "400 session_logged_out",
  needs: ["refresh", "sign-out"],
  async run(target) {
    const session = await target.signIn("alice");
    await target.signOut(session);
    return target.renew(session.refresh);
  },
});
