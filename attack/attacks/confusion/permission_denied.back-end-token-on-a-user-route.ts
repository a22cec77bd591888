import { defineAttack } from "../../lab/attack.ts";
import { backEndToken } from "../../targets/hufu.ts";

export default defineAttack({
  title: "A back end's token is used where a user is needed",
  refusal: "403 permission_denied",
  needs: ["clients"],
  async run(target) {
    return target.ask("/profile", { authorization: `Bearer ${await backEndToken(target)}` });
  },
});
