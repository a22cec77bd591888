import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "An order of another user is asked for by its id",
  refusal: "403 permission_denied",
  async run(target) {
    const bob = await target.signIn("bob");
    await target.signIn("alice");
    return target.ask("/orders/1", target.credentials(bob));
  },
});
