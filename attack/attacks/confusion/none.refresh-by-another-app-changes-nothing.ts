import { defineAttack, finding } from "../../lab/attack.ts";

export default defineAttack({
  title: "Another app presents a spent refresh token, and the session of the owner goes on",
  refusal: "none",
  incident: 28,
  needs: ["refresh", "clients"],
  async run(target) {
    const { refresh } = await target.signIn("alice");
    const first = await target.renew(refresh, { attempt_id: "attempt-of-the-owner-1" });
    const next = String(first.json["refresh_token"]);
    await target.renew(next, { attempt_id: "attempt-of-the-owner-2" });
    await target.pass(61_000);
    await target.renew(refresh, { client_id: "wx0000000000000002" });
    const { status } = await target.renew(next, { attempt_id: "attempt-of-the-owner-2" });
    return finding(status === 200, `the owner's refresh answers ${status}`);
  },
});
