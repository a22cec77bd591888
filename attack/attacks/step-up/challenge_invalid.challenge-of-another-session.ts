import { defineAttack } from "../../lab/attack.ts";
import { challengeFor, fingerOf, stepUp } from "../../lab/step-up.ts";

export default defineAttack({
  title: "A finger is shown for the challenge of another session",
  refusal: "400 challenge_invalid",
  needs: ["step-up"],
  async run(target) {
    const { access } = await target.signIn("alice");
    const other = await target.signIn("alice", { device_id: "another-device" });
    return stepUp(target, access, fingerOf(target, "alice", await challengeFor(target, other.access)));
  },
});
