import { defineAttack } from "../../lab/attack.ts";
import { altered } from "../../lab/forging.ts";

export default defineAttack({
  title: "The claims are changed to another audience",
  refusal: "401 token_audience",
  needs: ["tokens"],
  async run(target) {
    const { access } = await target.signIn("alice");
    return target.ask("/orders", {
      authorization: `Bearer ${altered(access, { claims: { aud: ["https://attacker.example"] } })}`,
    });
  },
});
