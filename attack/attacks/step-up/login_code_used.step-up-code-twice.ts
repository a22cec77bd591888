import { defineAttack } from "../../lab/attack.ts";
import { stepUp } from "../../lab/step-up.ts";

export default defineAttack({
  title: "The code of a step-up is used for another, and for a sign-in",
  refusal: "400 login_code_used",
  needs: ["step-up"],
  async run(target) {
    const { access } = await target.signIn("alice");
    const code = target.code("alice");
    await stepUp(target, access, { factor: "platform", code });
    return [await stepUp(target, access, { factor: "platform", code }), await target.exchange({ code })];
  },
});
