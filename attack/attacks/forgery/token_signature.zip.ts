import { defineAttack } from "../../lab/attack.ts";
import { altered } from "../../lab/forging.ts";

export default defineAttack({
  title: "The header says that the payload is compressed",
  refusal: "401 token_signature",
  incident: 10,
  needs: ["tokens"],
  async run(target) {
    const { access } = await target.signIn("alice");
    return target.ask("/orders", { authorization: `Bearer ${altered(access, { header: { zip: "DEF" } })}` });
  },
});
