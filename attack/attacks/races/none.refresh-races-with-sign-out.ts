import { defineAttack, finding } from "../../lab/attack.ts";

export default defineAttack({
  title: "Refreshes race with a sign-out, and one of their tokens works afterwards",
  refusal: "none",
  incident: 25,
  needs: ["refresh", "sign-out"],
  async run(target) {
    const session = await target.signIn("alice");
    const racing = Array.from({ length: 20 }, (_, at) =>
      target.renew(session.refresh, { attempt_id: `attempt-of-racer-no-${at}` }),
    );
    await target.signOut(session);
    const answers = await Promise.all(racing);
    let works = 0;
    for (const { json } of answers) {
      const access = json["access_token"] ?? json["access"];
      if (typeof access !== "string") continue;
      const { status } = await target.ask("/orders", { authorization: `Bearer ${access}` });
      if (status === 200) works += 1;
    }
    return finding(works === 0, `${works} tokens work after the sign-out`);
  },
});
