import { defineAttack, finding } from "../../lab/attack.ts";

export default defineAttack({
  title: "One login code is exchanged fifty times at once",
  refusal: "none",
  incident: 11,
  needs: ["codes"],
  async run(target) {
    const code = target.code("alice");
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, at) => target.exchange({ code, attempt_id: `attempt-of-racer-no-${at}` })),
    );
    const signedIn = answers.filter(({ status }) => status === 200).length;
    return finding(signedIn <= 1, `${signedIn} sign-ins by one code`);
  },
});
