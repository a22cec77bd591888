import { defineAttack } from "../../lab/attack.ts";
import { challengeFor, fingerOf, stepUp } from "../../lab/step-up.ts";

export default defineAttack({
  title: "A finger of before is shown again",
  refusal: "400 challenge_invalid",
  needs: ["step-up"],
  async run(target) {
    const { access } = await target.signIn("alice");
    const finger = fingerOf(target, "alice", await challengeFor(target, access));
    await stepUp(target, access, finger);
    return stepUp(target, access, finger);
  },
});
