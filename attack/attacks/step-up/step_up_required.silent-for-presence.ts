import { defineAttack } from "../../lab/attack.ts";
import { stepUp } from "../../lab/step-up.ts";

export default defineAttack({
  title: "A silent step-up is shown where a finger or face is wanted",
  refusal: "401 step_up_required",
  needs: ["step-up"],
  async run(target) {
    const { access } = await target.signIn("alice");
    const { json } = await stepUp(target, access, { factor: "platform", code: target.code("alice") });
    return target.ask("/vault", { authorization: `Bearer ${String(json["access_token"])}` });
  },
});
