import { defineAttack } from "../../lab/attack.ts";
import { encoded, partsOf } from "../../lab/forging.ts";

export default defineAttack({
  title: "The algorithm is none and the signature is empty",
  refusal: "401 token_malformed",
  incident: 1,
  needs: ["tokens"],
  async run(target) {
    const { access } = await target.signIn("alice");
    const { header, claims } = partsOf(access);
    return target.ask("/orders", {
      authorization: `Bearer ${encoded({ ...header, alg: "none" })}.${encoded(claims)}.${""}`,
    });
  },
});
