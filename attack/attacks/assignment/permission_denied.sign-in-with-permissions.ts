import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "The sign-in names its own permissions",
  refusal: "403 permission_denied",
  incident: 15,
  needs: ["codes"],
  async run(target) {
    const session = await target.signIn("mallory", { permissions: "order:read:all", scope: "order:read:all" });
    return target.ask("/admin/orders", target.credentials(session));
  },
});
