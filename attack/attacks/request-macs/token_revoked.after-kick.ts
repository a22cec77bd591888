import { defineAttack } from "../../lab/attack.ts";
import { signed } from "../../lab/signed.ts";

export default defineAttack({
  title: "A perfect MAC is used after the user was kicked",
  refusal: "401 token_revoked",
  needs: ["request-macs", "kick"],
  async run(target) {
    const { mac, send } = await signed(target);
    const perfect = await mac();
    await target.kick(await target.signIn("alice"));
    return send(perfect);
  },
});
