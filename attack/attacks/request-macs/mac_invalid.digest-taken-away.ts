import { defineAttack } from "../../lab/attack.ts";
import { COUPON, signed } from "../../lab/signed.ts";

export default defineAttack({
  title: "A MAC that names no body comes with a body of the attacker's",
  refusal: "401 mac_invalid",
  needs: ["request-macs"],
  async run(target) {
    const { mac, send } = await signed(target);
    return send(await mac({ body: undefined }), COUPON.replace("alice", "mallory"));
  },
});
