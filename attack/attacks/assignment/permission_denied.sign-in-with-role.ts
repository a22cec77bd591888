import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "The sign-in names its own role",
  refusal: "403 permission_denied",
  incident: 15,
  needs: ["codes"],
  async run(target) {
    const session = await target.signIn("mallory", { role: "admin", roles: "admin" });
    return target.ask("/admin/orders", target.credentials(session));
  },
});
