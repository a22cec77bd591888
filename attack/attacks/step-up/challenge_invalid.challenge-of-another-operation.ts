import { defineAttack } from "../../lab/attack.ts";
import { challengeFor, fingerOf, stepUp } from "../../lab/step-up.ts";

export default defineAttack({
  title: "A finger that confirmed one thing is shown for another",
  refusal: "400 challenge_invalid",
  needs: ["step-up"],
  async run(target) {
    const { access } = await target.signIn("alice");
    const finger = fingerOf(target, "alice", await challengeFor(target, access, "see my orders"));
    return stepUp(target, access, { ...finger, operation: "pay" });
  },
});
