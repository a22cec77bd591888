import { defineAttack, finding } from "../../lab/attack.ts";

export default defineAttack({
  title: "One refresh token is used fifty times at once, and two lines of tokens live",
  refusal: "none",
  incident: 11,
  needs: ["refresh"],
  async run(target) {
    const { refresh } = await target.signIn("alice");
    const first = await target.renew(refresh);
    const child = String(first.json["refresh_token"] ?? first.json["refresh"]);
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, at) => target.renew(child, { attempt_id: `attempt-of-racer-no-${at}` })),
    );
    const next = answers.flatMap(({ json }) => {
      const token = json["refresh_token"] ?? json["refresh"];
      return typeof token === "string" ? [token] : [];
    });
    let alive = 0;
    for (const token of new Set(next)) {
      const { status, json } = await target.renew(token, { attempt_id: `attempt-of-the-winner-${alive}` });
      const after = json["refresh_token"] ?? json["refresh"];
      if (status === 200 && (await target.renew(String(after))).status === 200) alive += 1;
    }
    return finding(alive <= 1, `${alive} lines of tokens live`);
  },
});
