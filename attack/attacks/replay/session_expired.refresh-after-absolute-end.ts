import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "A session is kept alive for more than half a year",
  refusal: "400 session_expired",
  needs: ["refresh"],
  async run(target) {
    let { refresh } = await target.signIn("alice");
    for (let week = 0; week < 26; week += 1) {
      await target.pass(7 * 86_400_000 - 1000);
      const { status, json } = await target.renew(refresh);
      if (status !== 200) break;
      refresh = String(json["refresh_token"] ?? json["refresh"]);
    }
    return target.renew(refresh);
  },
});
