import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "A refresh token is used after the account was closed",
  refusal: "400 account_closed",
  needs: ["refresh", "close"],
  async run(target) {
    const session = await target.signIn("alice");
    await target.close(session);
    return target.renew(session.refresh);
  },
});
