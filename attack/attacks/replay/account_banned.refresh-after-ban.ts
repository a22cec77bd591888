import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "A refresh token is used after the user was banned",
  refusal: "403 account_banned",
  needs: ["refresh", "ban"],
  async run(target) {
    const session = await target.signIn("alice");
    await target.ban(session);
    return target.renew(session.refresh);
  },
});
