import { defineAttack } from "../../lab/attack.ts";
import { partsOf } from "../../lab/forging.ts";

export default defineAttack({
  title: "The token has five parts, as an encrypted one",
  refusal: "401 token_malformed",
  incident: 10,
  needs: ["tokens"],
  async run(target) {
    const { access } = await target.signIn("alice");
    const {
      raw: [header, claims, signature],
    } = partsOf(access);
    return target.ask("/orders", { authorization: `Bearer ${header}.${claims}.AAAA.AAAA.${signature}` });
  },
});
