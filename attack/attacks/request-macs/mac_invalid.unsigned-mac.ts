import { defineAttack } from "../../lab/attack.ts";
import { signed } from "../../lab/signed.ts";

export default defineAttack({
  title: "A MAC says alg none, or ends with an empty or a cut MAC",
  refusal: "401 mac_invalid",
  needs: ["request-macs"],
  async run(target) {
    const { mac, send } = await signed(target);
    const none = await mac({}, { header: { alg: "none" } });
    const good = await mac();
    const input = good.slice(0, good.lastIndexOf("."));
    return Promise.all([none, `${input}.`, `${input}.AA`, good.slice(0, -4)].map((text) => send(text)));
  },
});
