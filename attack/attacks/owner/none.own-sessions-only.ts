import { defineAttack, finding } from "../../lab/attack.ts";
import { partsOf } from "../../lab/forging.ts";

export default defineAttack({
  title: "The list of sessions holds those of other users",
  refusal: "none",
  needs: ["own-sessions"],
  async run(target) {
    const alice = await target.signIn("alice");
    const bob = await target.signIn("bob");
    const { text } = await target.askIssuer("/me/sessions", { headers: target.credentials(bob) });
    return finding(!text.includes(String(partsOf(alice.access).claims["sid"])), "the list names a session of alice");
  },
});
