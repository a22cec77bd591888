import { defineAttack } from "../../lab/attack.ts";
import { attackersKey, signedWith } from "../../lab/forging.ts";

export default defineAttack({
  title: "The token is signed with a key of the attacker under a kid of its own",
  refusal: "401 token_signature",
  needs: ["tokens"],
  async run(target) {
    const { access } = await target.signIn("alice");
    return target.ask("/orders", {
      authorization: `Bearer ${signedWith(access, attackersKey(), { header: { kid: "attackers-key" } })}`,
    });
  },
});
