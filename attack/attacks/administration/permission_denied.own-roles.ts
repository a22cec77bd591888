import { administrator, askAdmin } from "../../lab/administration.ts";
import { defineAttack } from "../../lab/attack.ts";
import { partsOf } from "../../lab/forging.ts";

export default defineAttack({
  title: "An administrator of users gives himself the role of everything in administration",
  refusal: "403 permission_denied",
  needs: ["administration"],
  async run(target) {
    const kim = await administrator(target, ["keeper"]);
    const path = `/users/${String(partsOf(kim.access).claims["sub"])}/roles`;
    const give = (roles: readonly string[]) =>
      askAdmin(target, kim, path, { method: "PUT", body: { roles }, headers: { "if-match": "*" } });
    return Promise.all([give(["keeper", "root"]), give(["support", "editor"])]);
  },
});
