import { defineAttack } from "../../lab/attack.ts";
import { altered } from "../../lab/forging.ts";

export default defineAttack({
  title: "The claims are changed to an end in the year 2100",
  refusal: "401 token_malformed",
  needs: ["tokens"],
  async run(target) {
    const { access } = await target.signIn("alice");
    return target.ask("/orders", { authorization: `Bearer ${altered(access, { claims: { exp: 4_102_444_800 } })}` });
  },
});
