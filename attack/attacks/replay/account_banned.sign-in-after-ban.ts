import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "A banned user signs in with a fresh code",
  refusal: "403 account_banned",
  needs: ["codes", "ban"],
  async run(target) {
    const session = await target.signIn("alice");
    await target.ban(session);
    return target.exchange({ code: target.code("alice") });
  },
});
