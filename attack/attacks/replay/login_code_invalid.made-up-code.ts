import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "A login code is made up",
  refusal: "400 login_code_invalid",
  needs: ["codes"],
  async run(target) {
    return target.exchange({ code: "0a1b2c3d4e5f6071829304a5b6c7d8e9" });
  },
});
