import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "A login code is presented again after a minute, with its own attempt",
  refusal: "400 login_code_used",
  needs: ["codes"],
  async run(target) {
    const code = target.code("alice");
    const fields = { code, attempt_id: "attempt-of-the-owner-1" };
    await target.exchange(fields);
    await target.pass(61_000);
    return target.exchange(fields);
  },
});
