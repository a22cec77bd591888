import { defineAttack, finding } from "../../lab/attack.ts";
import { partsOf } from "../../lab/forging.ts";
import { stepUp } from "../../lab/step-up.ts";

export default defineAttack({
  title: "The body of a step-up names an acr, a time and another session",
  refusal: "none",
  needs: ["step-up"],
  async run(target) {
    const { access } = await target.signIn("mallory");
    const code = target.code("mallory");
    const { json } = await stepUp(target, access, {
      ...{ factor: "platform", code, acr: "soter", amr: ["fpt"], auth_time: 9_999_999_999, sid: "s_x", sub: "u_x" },
    });
    const claims = partsOf(String(json["access_token"])).claims;
    const own = partsOf(access).claims;
    const same = ["sub", "sid", "acr", "permissions"].every(
      (name) => JSON.stringify(claims[name]) === JSON.stringify(own[name]),
    );
    return finding(same && Number(claims["auth_time"]) < 9_999_999_999, "the token says what the body asked for");
  },
});
