import { defineAttack } from "../../lab/attack.ts";
import { challengeFor, fingerOf, SIX_MINUTES, stepUp } from "../../lab/step-up.ts";

export default defineAttack({
  title: "A finger of long ago still opens, after a refresh",
  refusal: "401 step_up_required",
  needs: ["step-up"],
  async run(target) {
    const { access, refresh } = await target.signIn("alice");
    await stepUp(target, access, fingerOf(target, "alice", await challengeFor(target, access)));
    await target.pass(2 * SIX_MINUTES);
    const { json } = await target.renew(refresh);
    return target.ask("/vault", { authorization: `Bearer ${String(json["access_token"])}` });
  },
});
