import { defineAttack } from "../../lab/attack.ts";
import { stepUp } from "../../lab/step-up.ts";

export default defineAttack({
  title: "The code of the sign-in, from a log, steps up",
  refusal: "400 login_code_used",
  needs: ["step-up"],
  async run(target) {
    const code = target.code("alice");
    const { access } = await target.signIn("alice", { code });
    return stepUp(target, access, { factor: "platform", code });
  },
});
