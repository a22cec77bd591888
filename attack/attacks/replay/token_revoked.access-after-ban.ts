import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "An access token is used after the user was banned",
  refusal: "401 token_revoked",
  needs: ["ban"],
  async run(target) {
    const session = await target.signIn("alice");
    await target.ban(session);
    return target.ask("/orders", target.credentials(session));
  },
});
