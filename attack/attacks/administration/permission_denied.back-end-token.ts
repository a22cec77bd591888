import { defineAttack } from "../../lab/attack.ts";
import { backEndToken } from "../../targets/hufu.ts";

export default defineAttack({
  title: "A back end that may only introspect uses its token on administration",
  refusal: "403 permission_denied",
  needs: ["administration"],
  async run(target) {
    const token = await backEndToken(target);
    const headers = { authorization: `Bearer ${token}` };
    return Promise.all(["/admin/users", "/admin/stats"].map((path) => target.askIssuer(path, { headers })));
  },
});
