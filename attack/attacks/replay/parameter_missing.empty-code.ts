import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "The login code is empty",
  refusal: "400 parameter_missing",
  needs: ["codes"],
  async run(target) {
    return target.exchange({ code: "" });
  },
});
