import { defineAttack } from "../../lab/attack.ts";
import { stepUp } from "../../lab/step-up.ts";

export default defineAttack({
  title: "An unknown factor, or several at once",
  refusal: "400 parameter_invalid",
  needs: ["step-up"],
  async run(target) {
    const { access } = await target.signIn("alice");
    const code = target.code("alice");
    return Promise.all(
      ["none", "sms", ["platform", "soter"], { platform: true }, true].map((factor) =>
        stepUp(target, access, { factor, code }),
      ),
    );
  },
});
