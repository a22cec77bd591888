import { defineAttack } from "../../lab/attack.ts";
import { SIX_MINUTES } from "../../lab/step-up.ts";

export default defineAttack({
  title: "A stolen refresh token makes a fresh access token to pay with",
  refusal: "401 step_up_required",
  needs: ["step-up"],
  async run(target) {
    const { refresh } = await target.signIn("alice");
    await target.pass(SIX_MINUTES);
    const { json } = await target.renew(refresh);
    return target.ask("/recent", { authorization: `Bearer ${String(json["access_token"])}` });
  },
});
