import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "An access token is used after the account was closed",
  refusal: "401 token_revoked",
  incident: 18,
  needs: ["close"],
  async run(target) {
    const session = await target.signIn("alice");
    await target.close(session);
    return target.ask("/orders", target.credentials(session));
  },
});
