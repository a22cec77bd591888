import { defineAttack } from "../../lab/attack.ts";
import { encoded, partsOf } from "../../lab/forging.ts";

export default defineAttack({
  title: "The claims name two subjects",
  refusal: "401 token_malformed",
  needs: ["tokens"],
  async run(target) {
    const { access } = await target.signIn("alice");
    const {
      claims,
      raw: [header, , signature],
    } = partsOf(access);
    return target.ask("/orders", {
      authorization: `Bearer ${header}.${encoded(`${JSON.stringify(claims).slice(0, -1)},"sub":"u_admin"}`)}.${signature}`,
    });
  },
});
