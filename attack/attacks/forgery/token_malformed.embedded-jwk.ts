import { defineAttack } from "../../lab/attack.ts";
import { attackersKey, publicHalf, signedWith } from "../../lab/forging.ts";

export default defineAttack({
  title: "The header carries the attacker's key as jwk",
  refusal: "401 token_malformed",
  incident: 8,
  needs: ["tokens"],
  async run(target) {
    const { access } = await target.signIn("alice");
    const key = attackersKey();
    return target.ask("/orders", {
      authorization: `Bearer ${signedWith(access, key, { header: { jwk: publicHalf(key) } })}`,
    });
  },
});
