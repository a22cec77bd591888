import { defineAttack } from "../../lab/attack.ts";
import { bind } from "../../lab/bound.ts";

export default defineAttack({
  title: "A proof is sent as an access token",
  refusal: "401 token_malformed",
  needs: ["proofs"],
  async run(target) {
    const session = await bind(target);
    const dpop = session.owner.proof(await session.ordersRequest());
    return session.ask("/orders", { authorization: `DPoP ${dpop}`, dpop });
  },
});
