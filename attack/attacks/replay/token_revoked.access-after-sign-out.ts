import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "An access token is used after the user signed out",
  refusal: "401 token_revoked",
  needs: ["sign-out"],
  async run(target) {
    const session = await target.signIn("alice");
    await target.signOut(session);
    return target.ask("/orders", target.credentials(session));
  },
});
