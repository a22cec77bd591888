import { defineAttack, finding } from "../../lab/attack.ts";

export default defineAttack({
  title: "The log holds a token, a code or a secret",
  refusal: "none",
  needs: ["codes", "refresh"],
  async run(target) {
    const code = target.code("alice");
    await target.exchange({ code });
    const session = await target.signIn("alice");
    const { json } = await target.renew(session.refresh);
    await target.renew(`${session.refresh}x`);
    await target.ask("/orders", { authorization: `Bearer ${session.access}x` });
    const marked = [code, session.access, session.refresh, String(json["refresh_token"]), ...target.secrets];
    return finding(!marked.some((secret) => target.log().includes(secret)), "the log holds a secret");
  },
});
