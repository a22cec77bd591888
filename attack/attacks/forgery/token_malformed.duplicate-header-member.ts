import { defineAttack } from "../../lab/attack.ts";
import { encoded, partsOf } from "../../lab/forging.ts";

export default defineAttack({
  title: "The header names two algorithms",
  refusal: "401 token_malformed",
  needs: ["tokens"],
  async run(target) {
    const { access } = await target.signIn("alice");
    const {
      header,
      raw: [, claims, signature],
    } = partsOf(access);
    return target.ask("/orders", {
      authorization: `Bearer ${encoded(`{"alg":"none",${JSON.stringify(header).slice(1)}`)}.${claims}.${signature}`,
    });
  },
});
