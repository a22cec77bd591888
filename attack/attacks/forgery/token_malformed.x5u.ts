import { defineAttack } from "../../lab/attack.ts";
import { attackersKey, signedWith } from "../../lab/forging.ts";

export default defineAttack({
  title: "The header names a certificate of the attacker by x5u",
  refusal: "401 token_malformed",
  incident: 8,
  needs: ["tokens"],
  async run(target) {
    const { access } = await target.signIn("alice");
    const key = attackersKey();
    return target.ask("/orders", {
      authorization: `Bearer ${signedWith(access, key, { header: { x5u: `${target.url}/chain.pem` } })}`,
    });
  },
});
