import { defineAttack } from "../../lab/attack.ts";
import { stepUp } from "../../lab/step-up.ts";

export default defineAttack({
  title: "The token of a step-up is used after the session signed out",
  refusal: "401 token_revoked",
  needs: ["step-up"],
  async run(target) {
    const session = await target.signIn("alice");
    const { json } = await stepUp(target, session.access, { factor: "platform", code: target.code("alice") });
    await target.signOut(session);
    return target.ask("/recent", { authorization: `Bearer ${String(json["access_token"])}` });
  },
});
