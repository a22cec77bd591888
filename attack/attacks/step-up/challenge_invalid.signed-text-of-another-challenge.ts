import { defineAttack } from "../../lab/attack.ts";
import { challengeFor, fingerOf, stepUp } from "../../lab/step-up.ts";

export default defineAttack({
  title: "A good signature over a text that holds another challenge",
  refusal: "400 challenge_invalid",
  needs: ["step-up"],
  async run(target) {
    const { access } = await target.signIn("alice");
    const finger = fingerOf(target, "alice", "a challenge of the attacker");
    return stepUp(target, access, { ...finger, challenge: await challengeFor(target, access) });
  },
});
