import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "A login code is used a second time without an attempt",
  refusal: "400 login_code_used",
  needs: ["codes"],
  async run(target) {
    const code = target.code("alice");
    await target.exchange({ code, attempt_id: "attempt-of-the-owner-1" });
    return target.exchange({ code });
  },
});
