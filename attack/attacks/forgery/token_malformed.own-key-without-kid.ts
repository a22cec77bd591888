import { defineAttack } from "../../lab/attack.ts";
import { attackersKey, signedWith } from "../../lab/forging.ts";

export default defineAttack({
  title: "The token is signed with a key of the attacker and has no kid",
  refusal: "401 token_malformed",
  needs: ["tokens"],
  async run(target) {
    const { access } = await target.signIn("alice");
    return target.ask("/orders", {
      authorization: `Bearer ${signedWith(access, attackersKey(), { header: { kid: undefined } })}`,
    });
  },
});
