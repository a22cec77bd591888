import { administrator, askAdmin } from "../../lab/administration.ts";
import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "A banned administrator goes on with his token",
  refusal: "401 token_revoked",
  needs: ["administration"],
  async run(target) {
    const sue = await administrator(target, ["support"]);
    await target.ban(sue);
    return askAdmin(target, sue, "/users");
  },
});
