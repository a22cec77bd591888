import { defineAttack } from "../../lab/attack.ts";
import { stepUp } from "../../lab/step-up.ts";
import { backEndToken } from "../../targets/hufu.ts";

export default defineAttack({
  title: "A back end steps up with a user's code",
  refusal: "403 permission_denied",
  needs: ["step-up"],
  async run(target) {
    return stepUp(target, await backEndToken(target), { factor: "platform", code: target.code("alice") });
  },
});
