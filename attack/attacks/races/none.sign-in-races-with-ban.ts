import { defineAttack, finding } from "../../lab/attack.ts";

export default defineAttack({
  title: "Sign-ins race with a ban, and one of their sessions works afterwards",
  refusal: "none",
  needs: ["codes", "ban"],
  async run(target) {
    const session = await target.signIn("alice");
    const racing = Array.from({ length: 10 }, () => target.exchange({ code: target.code("alice") }));
    await target.ban(session);
    const answers = await Promise.all(racing);
    let works = 0;
    for (const { json } of answers) {
      const access = json["access_token"] ?? json["access"];
      if (typeof access !== "string") continue;
      const { status } = await target.ask("/orders", { authorization: `Bearer ${access}` });
      if (status === 200) works += 1;
    }
    return finding(works === 0, `${works} sessions work after the ban`);
  },
});
