import { createProofClient } from "../../../server/src/proof/proof-client.fixture.ts";
import { defineAttack } from "../../lab/attack.ts";
import { bind } from "../../lab/bound.ts";

export default defineAttack({
  title: "A stolen refresh token of a bound session is used with the attacker's key",
  refusal: "400 proof_invalid",
  needs: ["proofs"],
  async run(target) {
    const session = await bind(target);
    return session.renew(createProofClient().proof({ uri: session.tokenUri, nonce: await session.tokenNonce() }));
  },
});
