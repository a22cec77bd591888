import { defineAttack } from "../../lab/attack.ts";
import { signed } from "../../lab/signed.ts";

export default defineAttack({
  title: "A MAC for one route is used on another",
  refusal: "401 mac_invalid",
  needs: ["request-macs"],
  async run(target) {
    const { mac, send, uri } = await signed(target);
    return send(await mac({ uri: uri("/payments") }));
  },
});
