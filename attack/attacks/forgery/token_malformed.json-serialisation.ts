import { defineAttack } from "../../lab/attack.ts";
import { partsOf } from "../../lab/forging.ts";

export default defineAttack({
  title: "The token is sent in JSON serialisation",
  refusal: "401 token_malformed",
  needs: ["tokens"],
  async run(target) {
    const { access } = await target.signIn("alice");
    const {
      raw: [header, claims, signature],
    } = partsOf(access);
    return target.ask("/orders", {
      authorization: `Bearer ${JSON.stringify({ payload: claims, protected: header, signature })}`,
    });
  },
});
