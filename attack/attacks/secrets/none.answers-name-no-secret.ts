import { defineAttack, finding } from "../../lab/attack.ts";

export default defineAttack({
  title: "Answers of every kind hold a secret of the deployment",
  refusal: "none",
  async run(target) {
    const session = await target.signIn("alice");
    const answers = await Promise.all([
      target.ask("/orders", target.credentials(session)),
      target.ask("/profile", target.credentials(session)),
      target.ask("/orders", { authorization: "Bearer x" }),
    ]);
    const found = answers.some(({ text }) =>
      [...target.secrets, "session_key", "refreshToken"].some((secret) => text.includes(secret)),
    );
    return finding(!found, "an answer holds a secret");
  },
});
