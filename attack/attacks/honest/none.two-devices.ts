import { defineAttack, finding } from "../../lab/attack.ts";

export default defineAttack({
  title: "A user signs in on a second device",
  refusal: "none",
  needs: ["refresh"],
  async run(target) {
    const phone = await target.signIn("alice", { device_id: "phone" });
    await target.signIn("alice", { device_id: "tablet" });
    const { status } = await target.renew(phone.refresh);
    return finding(status === 200, `the first device is signed out: ${status}`);
  },
});
