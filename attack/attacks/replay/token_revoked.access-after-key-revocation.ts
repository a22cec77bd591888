import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "An access token of a revoked signing key is used",
  refusal: "401 token_revoked",
  needs: ["key-revocation"],
  async run(target) {
    const session = await target.signIn("alice");
    await target.revokeKeys();
    return target.ask("/orders", target.credentials(session));
  },
});
