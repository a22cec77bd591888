import { defineAttack } from "../../lab/attack.ts";
import { bind } from "../../lab/bound.ts";

export default defineAttack({
  title: "The proof of a refresh is used a second time",
  refusal: "400 proof_replayed",
  needs: ["proofs"],
  async run(target) {
    const session = await bind(target);
    const proof = session.owner.proof({ uri: session.tokenUri, nonce: await session.tokenNonce() });
    await session.renew(proof);
    return session.renew(proof);
  },
});
