import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "A token that was refreshed before the session was ended is used",
  refusal: "401 token_revoked",
  incident: 25,
  needs: ["refresh", "kick"],
  async run(target) {
    const session = await target.signIn("alice");
    const { json } = await target.renew(session.refresh);
    await target.kick(session);
    return target.ask("/orders", { authorization: `Bearer ${json["access_token"] ?? json["access"]}` });
  },
});
