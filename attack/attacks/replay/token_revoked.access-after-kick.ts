import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "An access token is used after an administrator ended the session",
  refusal: "401 token_revoked",
  needs: ["kick"],
  async run(target) {
    const session = await target.signIn("alice");
    await target.kick(session);
    return target.ask("/orders", target.credentials(session));
  },
});
