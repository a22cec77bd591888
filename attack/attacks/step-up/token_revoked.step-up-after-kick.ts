import { defineAttack } from "../../lab/attack.ts";
import { stepUp } from "../../lab/step-up.ts";

export default defineAttack({
  title: "A kicked session steps up with a good code",
  refusal: "401 token_revoked",
  needs: ["step-up"],
  async run(target) {
    const session = await target.signIn("alice");
    await target.kick(session);
    return stepUp(target, session.access, { factor: "platform", code: target.code("alice") });
  },
});
