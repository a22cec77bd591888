import { defineAttack } from "../../lab/attack.ts";
import { macWith } from "../../lab/forging.ts";

export default defineAttack({
  title: "The token is signed by HMAC with an empty secret",
  refusal: "401 token_malformed",
  incident: 6,
  needs: ["tokens"],
  async run(target) {
    const { access } = await target.signIn("alice");
    return target.ask("/orders", { authorization: `Bearer ${macWith(access, "")}` });
  },
});
