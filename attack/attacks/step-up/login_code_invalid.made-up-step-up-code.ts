import { defineAttack } from "../../lab/attack.ts";
import { stepUp } from "../../lab/step-up.ts";

export default defineAttack({
  title: "A step-up with an invented code",
  refusal: "400 login_code_invalid",
  needs: ["step-up"],
  async run(target) {
    const { access } = await target.signIn("alice");
    return stepUp(target, access, { factor: "platform", code: "0a1b2c3d4e5f" });
  },
});
