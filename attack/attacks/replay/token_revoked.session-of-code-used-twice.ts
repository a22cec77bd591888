import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "The session of a login code that was presented twice is used on",
  refusal: "401 token_revoked",
  needs: ["codes", "jwks"],
  async run(target) {
    const code = target.code("alice");
    const first = await target.exchange({ code, attempt_id: "attempt-of-the-owner-1" });
    await target.exchange({ code, attempt_id: "attempt-of-attacker-1" });
    return target.ask("/orders", { authorization: `Bearer ${first.json["access_token"] ?? first.json["access"]}` });
  },
});
