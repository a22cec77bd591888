import { defineAttack } from "../../lab/attack.ts";
import { challengeFor, fingerOf, SIX_MINUTES, stepUp } from "../../lab/step-up.ts";

export default defineAttack({
  title: "A finger is shown when its challenge has expired",
  refusal: "400 challenge_invalid",
  needs: ["step-up"],
  async run(target) {
    const { access } = await target.signIn("alice");
    const finger = fingerOf(target, "alice", await challengeFor(target, access));
    await target.pass(SIX_MINUTES);
    return stepUp(target, access, finger);
  },
});
