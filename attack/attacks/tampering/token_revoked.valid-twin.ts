import { defineAttack } from "../../lab/attack.ts";
import { partsOf } from "../../lab/forging.ts";

export default defineAttack({
  title: "The signature's valid twin (r, n − s) is used after the session was ended",
  refusal: "401 token_revoked",
  needs: ["tokens", "jwks", "kick"],
  async run(target) {
    const session = await target.signIn("alice");
    const {
      raw: [header, claims],
      signature,
    } = partsOf(session.access);
    const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
    const twin = order - BigInt(`0x${signature.subarray(32).toString("hex")}`);
    const s = Buffer.from(twin.toString(16).padStart(64, "0"), "hex");
    const token = `${header}.${claims}.${Buffer.concat([signature.subarray(0, 32), s]).toString("base64url")}`;
    await target.kick(session);
    return target.ask("/orders", { authorization: `Bearer ${token}` });
  },
});
