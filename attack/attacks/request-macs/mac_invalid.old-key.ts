import { defineAttack } from "../../lab/attack.ts";
import { signed } from "../../lab/signed.ts";

export default defineAttack({
  title: "A MAC is made with a leaked key of the user that WeChat has replaced",
  refusal: "401 mac_invalid",
  needs: ["request-macs"],
  async run(target) {
    const { mac, send, key } = await signed(target);
    for (let newer = 0; newer < 3; newer += 1) target.userKey?.("alice", "rotate");
    const newest = target.userKey?.("alice") ?? key;
    const { status, text } = await send(await mac({ key: newest }));
    if (status !== 200) throw new Error(`the lab cannot send a MAC: ${text}`);
    await target.pass(1000);
    return send(await mac({ key }));
  },
});
