import { defineAttack } from "../../lab/attack.ts";
import { altered } from "../../lab/forging.ts";
import { SIX_MINUTES } from "../../lab/step-up.ts";

export default defineAttack({
  title: "The claims say an auth_time that is no whole number",
  refusal: "401 token_malformed",
  needs: ["step-up"],
  async run(target) {
    const { access } = await target.signIn("alice");
    await target.pass(SIX_MINUTES);
    return Promise.all(
      [1e300, -1, 1.5, "now", null].map((auth_time) =>
        target.ask("/recent", { authorization: `Bearer ${altered(access, { claims: { auth_time } })}` }),
      ),
    );
  },
});
