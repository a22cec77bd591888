import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "The refresh names a role",
  refusal: "403 permission_denied",
  needs: ["refresh"],
  async run(target) {
    const { refresh } = await target.signIn("mallory");
    const { json } = await target.renew(refresh, { role: "admin", roles: "admin", scope: "order:read:all" });
    return target.ask("/admin/orders", { authorization: `Bearer ${json["access_token"] ?? json["access"]}` });
  },
});
