import { administrator, askAdmin } from "../../lab/administration.ts";
import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "An administrator whose session was ended goes on with his token",
  refusal: "401 token_revoked",
  needs: ["administration"],
  async run(target) {
    const rita = await administrator(target, ["root"]);
    await target.kick(rita);
    return Promise.all(["/users", "/keys", "/audit"].map((path) => askAdmin(target, rita, path)));
  },
});
