import { defineAttack } from "../../lab/attack.ts";
import { signed } from "../../lab/signed.ts";

export default defineAttack({
  title: "A stolen token is used with the WeChat key of the attacker's own phone",
  refusal: "401 mac_invalid",
  needs: ["request-macs"],
  async run(target) {
    const { mac, send, key } = await signed(target);
    const own = target.userKey?.("mallory") ?? key;
    // The number of the victim's key, which is no secret.
    return send(await mac({ key: { ...own, version: key.version } }));
  },
});
