import { defineAttack } from "../../lab/attack.ts";
import { altered } from "../../lab/forging.ts";
import { SIX_MINUTES } from "../../lab/step-up.ts";

export default defineAttack({
  title: "The claims are changed to a sign-in of just now, or of the far future",
  refusal: "401 token_signature",
  needs: ["step-up"],
  async run(target) {
    const { access } = await target.signIn("alice");
    await target.pass(SIX_MINUTES);
    const now = Math.floor(Date.now() / 1000) + 360;
    return Promise.all(
      [now, 9_999_999_999, Number.MAX_SAFE_INTEGER].map((auth_time) =>
        target.ask("/recent", { authorization: `Bearer ${altered(access, { claims: { auth_time } })}` }),
      ),
    );
  },
});
