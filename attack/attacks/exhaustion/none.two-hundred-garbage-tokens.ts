import { defineAttack, finding } from "../../lab/attack.ts";

export default defineAttack({
  title: "Two hundred garbage tokens at once keep honest requests out",
  refusal: "none",
  async run(target) {
    const session = await target.signIn("alice");
    const flood = Array.from({ length: 200 }, (_, at) => target.ask("/orders", { authorization: `Bearer a.b.${at}` }));
    const { status } = await target.ask("/orders", target.credentials(session));
    await Promise.all(flood);
    return finding(status === 200, `the honest request answers ${status}`);
  },
});
