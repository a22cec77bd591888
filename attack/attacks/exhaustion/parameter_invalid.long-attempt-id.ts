import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "The attempt id has a thousand characters",
  refusal: "400 parameter_invalid",
  needs: ["clients"],
  async run(target) {
    return target.exchange({ code: target.code("alice"), attempt_id: "a".repeat(1000) });
  },
});
