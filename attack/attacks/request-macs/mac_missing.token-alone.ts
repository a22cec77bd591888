import { defineAttack } from "../../lab/attack.ts";
import { signed } from "../../lab/signed.ts";

export default defineAttack({
  title: "A stolen token without WeChat's key of its user is used where a MAC is wanted",
  refusal: "401 mac_missing",
  needs: ["request-macs"],
  async run(target) {
    return (await signed(target)).send(undefined);
  },
});
