import { defineAttack } from "../../lab/attack.ts";
import { signed } from "../../lab/signed.ts";

export default defineAttack({
  title: "The access token itself stands in the place of the MAC",
  refusal: "401 mac_invalid",
  needs: ["request-macs"],
  async run(target) {
    const { access, send } = await signed(target);
    return send(access);
  },
});
