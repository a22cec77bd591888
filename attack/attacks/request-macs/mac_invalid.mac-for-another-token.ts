import { defineAttack } from "../../lab/attack.ts";
import { signed } from "../../lab/signed.ts";

export default defineAttack({
  title: "A MAC that belongs to the user's other session is used with a stolen token",
  refusal: "401 mac_invalid",
  needs: ["request-macs"],
  async run(target) {
    const { access: other } = await target.signIn("alice");
    const { mac, send } = await signed(target);
    return send(await mac({ accessToken: other }));
  },
});
