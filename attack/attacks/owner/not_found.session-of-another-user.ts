import { defineAttack } from "../../lab/attack.ts";
import { partsOf } from "../../lab/forging.ts";

export default defineAttack({
  title: "A user ends the session of another user",
  refusal: "404 not_found",
  needs: ["own-sessions"],
  async run(target) {
    const alice = await target.signIn("alice");
    const bob = await target.signIn("bob");
    const { sid } = partsOf(alice.access).claims;
    return target.askIssuer(`/me/sessions/${sid}`, { method: "DELETE", headers: target.credentials(bob) });
  },
});
