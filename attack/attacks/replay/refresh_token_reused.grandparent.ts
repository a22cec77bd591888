import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "The grandparent of the current refresh token is presented within a minute",
  refusal: "400 refresh_token_reused",
  incident: 27,
  needs: ["refresh"],
  async run(target) {
    let { refresh } = await target.signIn("alice");
    const grandparent = refresh;
    for (let time = 0; time < 3; time += 1) {
      const { json } = await target.renew(refresh, { attempt_id: `attempt-of-the-owner-${time}` });
      refresh = String(json["refresh_token"] ?? json["refresh"]);
    }
    return target.renew(grandparent, { attempt_id: "attempt-of-attacker-1" });
  },
});
