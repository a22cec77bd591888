import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "A login code of one app is presented by another app",
  refusal: "400 login_code_invalid",
  needs: ["codes", "clients"],
  async run(target) {
    return target.exchange({ code: target.code("alice"), client_id: "wx0000000000000002" });
  },
});
