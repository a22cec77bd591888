import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "An openid is sent to the token endpoint instead of a code",
  refusal: "400 parameter_missing",
  needs: ["codes"],
  async run(target) {
    const { openid } = await target.signIn("alice");
    return target.exchange({ openid });
  },
});
