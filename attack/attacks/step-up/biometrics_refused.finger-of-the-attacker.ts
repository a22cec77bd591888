import { defineAttack } from "../../lab/attack.ts";
import { challengeFor, fingerOf, stepUp } from "../../lab/step-up.ts";

export default defineAttack({
  title: "An attacker with a stolen token shows their own finger",
  refusal: "403 biometrics_refused",
  needs: ["step-up"],
  async run(target) {
    const { access } = await target.signIn("alice");
    return stepUp(target, access, fingerOf(target, "mallory", await challengeFor(target, access)));
  },
});
