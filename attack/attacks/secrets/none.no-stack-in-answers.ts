import { defineAttack, finding } from "../../lab/attack.ts";

export default defineAttack({
  title: "An answer shows a stack trace",
  refusal: "none",
  async run(target) {
    const answers = await Promise.all([
      target.ask("/%"),
      target.ask("/orders/%ff"),
      target.ask("/orders", {}, { method: "POST", body: "{" }),
    ]);
    return finding(
      !answers.some(({ text }) => /node_modules|at .*:\d+:\d+/.test(text)),
      "an answer shows a stack trace",
    );
  },
});
