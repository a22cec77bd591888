import { defineAttack } from "../../lab/attack.ts";
import { encoded, partsOf } from "../../lab/forging.ts";

export default defineAttack({
  title: "A real token stands inside an unsigned one",
  refusal: "401 token_malformed",
  needs: ["tokens"],
  async run(target) {
    const { access } = await target.signIn("alice");
    const { header } = partsOf(access);
    return target.ask("/orders", {
      authorization: `Bearer ${encoded({ ...header, alg: "none", cty: "JWT" })}.${encoded(access)}.${"AA"}`,
    });
  },
});
