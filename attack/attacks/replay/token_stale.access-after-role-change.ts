import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "An access token with a role that was taken away is used",
  refusal: "401 token_stale",
  needs: ["refresh"],
  async run(target) {
    const session = await target.signIn("alice");
    await target.setRoles(session, ["admin"]);
    const admin = await target.renew(session.refresh);
    const access = String(admin.json["access_token"] ?? admin.json["access"]);
    await target.setRoles(session, ["member"]);
    return target.ask("/admin/orders", { authorization: `Bearer ${access}` });
  },
});
