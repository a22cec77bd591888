import { defineAttack } from "../../lab/attack.ts";
import { signed } from "../../lab/signed.ts";

export default defineAttack({
  title: "A request with its MAC was held back for four minutes",
  refusal: "401 mac_nonce",
  needs: ["request-macs"],
  async run(target) {
    const { mac, send } = await signed(target);
    const held = await mac();
    await target.pass(240_000);
    return send(held);
  },
});
