import { defineAttack } from "../../lab/attack.ts";
import { partsOf } from "../../lab/forging.ts";

export default defineAttack({
  title: "Both numbers of the signature are zero",
  refusal: "401 token_signature",
  incident: 9,
  needs: ["tokens"],
  async run(target) {
    const { access } = await target.signIn("alice");
    const [header, claims] = partsOf(access).raw;
    return target.ask("/orders", {
      authorization: `Bearer ${header}.${claims}.${Buffer.alloc(64).toString("base64url")}`,
    });
  },
});
