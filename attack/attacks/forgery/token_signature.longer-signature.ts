import { defineAttack } from "../../lab/attack.ts";
import { partsOf } from "../../lab/forging.ts";

export default defineAttack({
  title: "The signature has one byte more",
  refusal: "401 token_signature",
  incident: 23,
  needs: ["tokens"],
  async run(target) {
    const { access } = await target.signIn("alice");
    const {
      raw: [header, claims],
      signature,
    } = partsOf(access);
    return target.ask("/orders", {
      authorization: `Bearer ${header}.${claims}.${Buffer.concat([signature, Buffer.from([0])]).toString("base64url")}`,
    });
  },
});
