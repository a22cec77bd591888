import { defineAttack } from "../../lab/attack.ts";
import { SIX_MINUTES } from "../../lab/step-up.ts";

export default defineAttack({
  title: "A stolen token that is still valid pays, without a step-up",
  refusal: "401 step_up_required",
  needs: ["step-up"],
  async run(target) {
    const session = await target.signIn("alice");
    await target.pass(SIX_MINUTES);
    return target.ask("/recent", target.credentials(session));
  },
});
