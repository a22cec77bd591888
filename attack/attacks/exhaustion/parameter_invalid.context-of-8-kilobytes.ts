import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "The context has eight kilobytes",
  refusal: "400 parameter_invalid",
  needs: ["clients"],
  async run(target) {
    return target.exchange({ code: target.code("alice"), context: JSON.stringify({ a: "x".repeat(8000) }) });
  },
});
