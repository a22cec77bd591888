import { createProofClient } from "../../../server/src/proof/proof-client.fixture.ts";
import { defineAttack } from "../../lab/attack.ts";
import { bind, withProof } from "../../lab/bound.ts";

export default defineAttack({
  title: "A stolen bound token is used with a proof of the attacker's key",
  refusal: "401 proof_invalid",
  needs: ["proofs"],
  async run(target) {
    const session = await bind(target);
    const request = await session.ordersRequest();
    return session.ask("/orders", withProof(session, createProofClient().proof(request)));
  },
});
