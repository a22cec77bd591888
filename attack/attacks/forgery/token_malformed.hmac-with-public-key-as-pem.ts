import { createPublicKey } from "node:crypto";
import { defineAttack } from "../../lab/attack.ts";
import { macWith } from "../../lab/forging.ts";

export default defineAttack({
  title: "The public key as PEM is used as an HMAC secret",
  refusal: "401 token_malformed",
  incident: 1,
  needs: ["tokens", "jwks"],
  async run(target) {
    const { access } = await target.signIn("alice");
    const key = createPublicKey({ key: { ...(await target.publicJwk()) }, format: "jwk" });
    const pem = key.export({ type: "spki", format: "pem" });
    return target.ask("/orders", { authorization: `Bearer ${macWith(access, pem)}` });
  },
});
