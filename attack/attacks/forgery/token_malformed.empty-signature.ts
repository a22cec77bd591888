import { defineAttack } from "../../lab/attack.ts";
import { partsOf } from "../../lab/forging.ts";

export default defineAttack({
  title: "The signature is cut off",
  refusal: "401 token_malformed",
  needs: ["tokens"],
  async run(target) {
    const { access } = await target.signIn("alice");
    const [header, claims] = partsOf(access).raw;
    return target.ask("/orders", { authorization: `Bearer ${header}.${claims}.${""}` });
  },
});
