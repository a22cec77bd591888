import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "Another app presents a refresh token",
  refusal: "400 refresh_token_invalid",
  incident: 28,
  needs: ["refresh", "clients"],
  async run(target) {
    const { refresh } = await target.signIn("alice");
    return target.renew(refresh, { client_id: "wx0000000000000002" });
  },
});
