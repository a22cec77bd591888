import { defineAttack } from "../../lab/attack.ts";
import { signed } from "../../lab/signed.ts";

export default defineAttack({
  title: "A request with its MAC that was seen on the way is sent a second time",
  refusal: "401 mac_replayed",
  needs: ["request-macs"],
  async run(target) {
    const { mac, send } = await signed(target);
    const seen = await mac();
    const { status, text } = await send(seen);
    if (status !== 200) throw new Error(`the lab cannot send a MAC: ${text}`);
    return send(seen);
  },
});
