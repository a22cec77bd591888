import { defineAttack } from "../../lab/attack.ts";
import { challengeFor, fingerOf, stepUp } from "../../lab/step-up.ts";

export default defineAttack({
  title: "A finger is shown whose signature is made up, empty, or of another text",
  refusal: "403 biometrics_refused",
  needs: ["step-up"],
  async run(target) {
    const { access } = await target.signIn("alice");
    const honest = fingerOf(target, "alice", await challengeFor(target, access));
    const other = fingerOf(target, "alice", await challengeFor(target, access));
    return [
      await stepUp(target, access, { ...honest, json_signature: "AAAA" }),
      await stepUp(target, access, { ...other, json_signature: honest["json_signature"] }),
    ];
  },
});
