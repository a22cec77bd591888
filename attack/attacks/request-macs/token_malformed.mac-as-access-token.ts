import { defineAttack } from "../../lab/attack.ts";
import { signed } from "../../lab/signed.ts";

export default defineAttack({
  title: "A request MAC stands in the place of the access token",
  refusal: "401 token_malformed",
  needs: ["request-macs"],
  async run(target) {
    const { mac } = await signed(target);
    return target.ask("/orders", { authorization: `Bearer ${await mac()}` });
  },
});
