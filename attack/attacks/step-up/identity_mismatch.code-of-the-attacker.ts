import { defineAttack } from "../../lab/attack.ts";
import { stepUp } from "../../lab/step-up.ts";

export default defineAttack({
  title: "An attacker with a stolen access token steps up with a code of their own",
  refusal: "403 identity_mismatch",
  needs: ["step-up"],
  async run(target) {
    const { access } = await target.signIn("alice");
    return stepUp(target, access, { factor: "platform", code: target.code("mallory") });
  },
});
