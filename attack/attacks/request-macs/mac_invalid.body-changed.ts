import { defineAttack } from "../../lab/attack.ts";
import { COUPON, signed } from "../../lab/signed.ts";

export default defineAttack({
  title: "The body of a request with a MAC is changed on the way",
  refusal: "401 mac_invalid",
  needs: ["request-macs"],
  async run(target) {
    const { mac, send } = await signed(target);
    return send(await mac(), COUPON.replace("alice", "mallory"));
  },
});
