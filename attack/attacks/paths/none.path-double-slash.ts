import { defineAttack, finding } from "../../lab/attack.ts";

export default defineAttack({
  title: "The path is written as //orders",
  refusal: "none",
  incident: 22,
  async run(target) {
    const { status, text } = await target.ask("//orders");
    return finding(status >= 400 && status !== 500 && !text.includes("tea"), `answers ${status}`);
  },
});
