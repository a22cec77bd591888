import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "An access token is used after its end",
  refusal: "401 token_expired",
  async run(target) {
    const session = await target.signIn("alice");
    await target.pass(11 * 60_000 + 60_000);
    return target.ask("/orders", target.credentials(session));
  },
});
