import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "A login code is used a second time with another attempt",
  refusal: "400 login_code_used",
  incident: 11,
  needs: ["codes"],
  async run(target) {
    const code = target.code("alice");
    await target.exchange({ code, attempt_id: "attempt-of-the-owner-1" });
    return target.exchange({ code, attempt_id: "attempt-of-attacker-1" });
  },
});
