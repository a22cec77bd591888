import { defineAttack, finding } from "../../lab/attack.ts";

export default defineAttack({
  title: "Two pages refresh at the same moment",
  refusal: "none",
  needs: ["refresh"],
  async run(target) {
    const { refresh } = await target.signIn("alice");
    const answers = await Promise.all([
      target.renew(refresh, { attempt_id: "attempt-of-the-page-1" }),
      target.renew(refresh, { attempt_id: "attempt-of-the-page-1" }),
    ]);
    const [one, two] = answers.map(({ json }) => String(json["refresh_token"] ?? json["refresh"]));
    const { status } = await target.renew(one === two ? String(one) : String(one), {});
    return finding(
      answers.every((answer) => answer.status === 200) && status === 200,
      `a page is signed out: ${status}`,
    );
  },
});
