import { defineAttack } from "../../lab/attack.ts";
import { attackersKey, signedWith } from "../../lab/forging.ts";

export default defineAttack({
  title: "The token is signed with an RSA key of the attacker",
  refusal: "401 token_signature",
  needs: ["tokens"],
  async run(target) {
    const { access } = await target.signIn("alice");
    return target.ask("/orders", {
      authorization: `Bearer ${signedWith(access, attackersKey("rsa"), { header: { alg: "RS256" } })}`,
    });
  },
});
