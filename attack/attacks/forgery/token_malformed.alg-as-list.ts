import { defineAttack } from "../../lab/attack.ts";
import { altered } from "../../lab/forging.ts";

export default defineAttack({
  title: "The algorithm is a list",
  refusal: "401 token_malformed",
  needs: ["tokens"],
  async run(target) {
    const { access } = await target.signIn("alice");
    return target.ask("/orders", { authorization: `Bearer ${altered(access, { header: { alg: ["ES256"] } })}` });
  },
});
