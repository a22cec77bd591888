import { defineAttack } from "../../lab/attack.ts";
import { SIX_MINUTES } from "../../lab/step-up.ts";

export default defineAttack({
  title: "The request brings a max_age and an acr of its own",
  refusal: "401 step_up_required",
  needs: ["step-up"],
  async run(target) {
    const session = await target.signIn("alice");
    await target.pass(SIX_MINUTES);
    const headers = { ...target.credentials(session), "max-age": "1e400", acr: "soter", "auth-time": "9999999999" };
    return Promise.all([
      target.ask("/recent?max_age=99999999999999999999&acr_values=platform", headers),
      target.ask("/recent?maxAge=-1&max_age=NaN", headers),
      target.ask("/vault?acr=soter&acr_values=platform&max_age=1e400", headers),
    ]);
  },
});
