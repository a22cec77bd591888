import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "The token has 12 kilobytes",
  refusal: "401 token_malformed",
  needs: ["tokens"],
  async run(target) {
    return target.ask("/orders", { authorization: `Bearer ${"A".repeat(12_000)}` });
  },
});
