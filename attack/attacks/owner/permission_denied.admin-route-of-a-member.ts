import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "A member asks for an administrator's route",
  refusal: "403 permission_denied",
  needs: ["tokens"],
  async run(target) {
    const bob = await target.signIn("bob");
    return target.ask("/admin/orders", target.credentials(bob));
  },
});
