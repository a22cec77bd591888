import { defineAttack } from "../../lab/attack.ts";
import { bind } from "../../lab/bound.ts";
import { signed } from "../../lab/signed.ts";

export default defineAttack({
  title: "A MAC carries the nonce that a guard gave for proofs",
  refusal: "401 mac_nonce",
  needs: ["request-macs", "proofs"],
  async run(target) {
    const nonce = await (await bind(target)).guardNonce();
    const { mac, send } = await signed(target);
    return send(await mac({ nonce }));
  },
});
