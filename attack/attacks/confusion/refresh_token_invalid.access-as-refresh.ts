import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "An access token is used as a refresh token",
  refusal: "400 refresh_token_invalid",
  needs: ["refresh"],
  async run(target) {
    const { access } = await target.signIn("alice");
    return target.renew(access);
  },
});
