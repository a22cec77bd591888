import { defineAttack } from "../../lab/attack.ts";
import { partsOf } from "../../lab/forging.ts";

export default defineAttack({
  title: "Each byte of the signature is changed, one at a time",
  refusal: "401 token_signature",
  needs: ["tokens"],
  async run(target) {
    const { access } = await target.signIn("alice");
    const [header, claims] = partsOf(access).raw;
    const { signature } = partsOf(access);
    const answers = [];
    for (let at = 0; at < signature.length; at += 1) {
      const changed = Buffer.from(signature);
      changed[at] = (changed[at] ?? 0) ^ 1;
      answers.push(
        await target.ask("/orders", { authorization: `Bearer ${header}.${claims}.${changed.toString("base64url")}` }),
      );
    }
    return answers;
  },
});
