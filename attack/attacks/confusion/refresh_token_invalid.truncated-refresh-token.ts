import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "A refresh token is cut or extended",
  refusal: "400 refresh_token_invalid",
  incident: 23,
  needs: ["refresh"],
  async run(target) {
    const { refresh } = await target.signIn("alice");
    return Promise.all([refresh.slice(0, -1), `${refresh}A`, refresh.slice(4)].map((token) => target.renew(token)));
  },
});
