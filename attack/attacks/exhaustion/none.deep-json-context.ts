import { defineAttack, finding } from "../../lab/attack.ts";

export default defineAttack({
  title: "The context is JSON with a thousand levels",
  refusal: "none",
  needs: ["codes"],
  async run(target) {
    const context = `${"[".repeat(500)}${"]".repeat(500)}`;
    const { status } = await target.exchange({ code: target.code("alice"), context });
    return finding(status !== 500, `answers ${status}`);
  },
});
