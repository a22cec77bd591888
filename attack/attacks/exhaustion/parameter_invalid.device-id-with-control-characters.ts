import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "The device id holds control characters",
  refusal: "400 parameter_invalid",
  needs: ["clients"],
  async run(target) {
    return target.exchange({ code: target.code("alice"), device_id: "a\u0000\u001b[2J" });
  },
});
