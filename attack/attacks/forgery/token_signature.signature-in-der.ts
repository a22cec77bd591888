import { defineAttack } from "../../lab/attack.ts";
import { partsOf } from "../../lab/forging.ts";

export default defineAttack({
  title: "The signature is in DER instead of raw form",
  refusal: "401 token_signature",
  needs: ["tokens"],
  async run(target) {
    const { access } = await target.signIn("alice");
    const {
      raw: [header, claims],
      signature,
    } = partsOf(access);
    const der = Buffer.concat([
      Buffer.from([0x30, 0x44, 0x02, 0x20]),
      signature.subarray(0, 32),
      Buffer.from([0x02, 0x20]),
      signature.subarray(32),
    ]);
    return target.ask("/orders", { authorization: `Bearer ${header}.${claims}.${der.toString("base64url")}` });
  },
});
