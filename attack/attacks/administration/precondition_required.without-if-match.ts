import { administrator, askAdmin } from "../../lab/administration.ts";
import { defineAttack } from "../../lab/attack.ts";
import { partsOf } from "../../lab/forging.ts";

export default defineAttack({
  title: "Roles are changed by somebody who has not seen them",
  refusal: "428 precondition_required",
  needs: ["administration"],
  async run(target) {
    const rita = await administrator(target, ["root"]);
    const { claims } = partsOf((await target.signIn("alice")).access);
    return Promise.all([
      askAdmin(target, rita, `/users/${String(claims["sub"])}/roles`, { method: "PUT", body: { roles: [] } }),
      askAdmin(target, rita, "/roles/member", { method: "PUT", body: { permissions: [] } }),
      askAdmin(target, rita, "/roles/member", { method: "DELETE" }),
    ]);
  },
});
