import { defineAttack } from "../../lab/attack.ts";
import { backEndToken } from "../../targets/hufu.ts";

export default defineAttack({
  title: "A back end's token is used on the user's own pages",
  refusal: "403 permission_denied",
  needs: ["clients", "own-sessions"],
  async run(target) {
    return target.askIssuer("/me", { headers: { authorization: `Bearer ${await backEndToken(target)}` } });
  },
});
