import { administrator, askAdmin } from "../../lab/administration.ts";
import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "An administrator whose role was taken goes on with his token",
  refusal: "401 token_stale",
  needs: ["administration"],
  async run(target) {
    const rita = await administrator(target, ["root"]);
    await target.setRoles(rita, ["member"]);
    return askAdmin(target, rita, "/keys/rotate", { method: "POST" });
  },
});
