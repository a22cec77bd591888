import { defineAttack, finding } from "../../lab/attack.ts";

export default defineAttack({
  title: "A cache between keeps an answer with tokens",
  refusal: "none",
  needs: ["codes"],
  async run(target) {
    const { headers } = await target.exchange({ code: target.code("alice") });
    return finding(/no-store/.test(headers.get("cache-control") ?? ""), "the answer may be cached");
  },
});
