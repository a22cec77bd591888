import { defineAttack, finding } from "../../lab/attack.ts";

export default defineAttack({
  title: "The answer of a refresh is lost, and the phone asks again",
  refusal: "none",
  needs: ["refresh"],
  async run(target) {
    const { refresh } = await target.signIn("alice");
    const fields = { attempt_id: "attempt-of-the-owner-1" };
    await target.renew(refresh, fields);
    const { status } = await target.renew(refresh, fields);
    return finding(status === 200, `the phone is signed out: ${status}`);
  },
});
