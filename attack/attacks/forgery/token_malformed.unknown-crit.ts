import { defineAttack } from "../../lab/attack.ts";
import { altered } from "../../lab/forging.ts";

export default defineAttack({
  title: "The header demands an extension that does not exist",
  refusal: "401 token_malformed",
  incident: 3,
  needs: ["tokens"],
  async run(target) {
    const { access } = await target.signIn("alice");
    return target.ask("/orders", {
      authorization: `Bearer ${altered(access, { header: { crit: ["exp2"], exp2: true } })}`,
    });
  },
});
