import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "A refresh token is used after an administrator ended the session",
  refusal: "400 session_kicked",
  needs: ["refresh", "kick"],
  async run(target) {
    const session = await target.signIn("alice");
    await target.kick(session);
    return target.renew(session.refresh);
  },
});
