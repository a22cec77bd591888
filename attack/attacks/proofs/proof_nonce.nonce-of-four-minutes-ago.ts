import { defineAttack } from "../../lab/attack.ts";
import { bind, withProof } from "../../lab/bound.ts";

export default defineAttack({
  title: "A proof that was stored for four minutes is used",
  refusal: "401 proof_nonce",
  needs: ["proofs"],
  async run(target) {
    const session = await bind(target);
    const nonce = await session.guardNonce();
    const dpop = session.owner.proof({
      method: "GET",
      uri: session.uri("/orders"),
      accessToken: session.access,
      nonce,
    });
    await target.pass(240_000);
    return session.ask("/orders", withProof(session, dpop));
  },
});
