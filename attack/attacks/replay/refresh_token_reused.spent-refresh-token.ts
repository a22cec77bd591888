import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "A spent refresh token is presented after a minute",
  refusal: "400 refresh_token_reused",
  needs: ["refresh"],
  async run(target) {
    const { refresh } = await target.signIn("alice");
    const first = await target.renew(refresh);
    await target.renew(String(first.json["refresh_token"] ?? first.json["refresh"]));
    await target.pass(61_000);
    return target.renew(refresh, { attempt_id: "attempt-of-attacker-1" });
  },
});
