import { defineAttack, finding } from "../../lab/attack.ts";

export default defineAttack({
  title: "The sign-in names the openid of another user",
  refusal: "none",
  incident: 15,
  needs: ["codes"],
  async run(target) {
    const alice = await target.signIn("alice");
    const session = await target.signIn("mallory", {
      openid: alice.openid,
      user_id: "alice",
      sub: "alice",
      uid: "alice",
    });
    const { text } = await target.ask("/orders", target.credentials(session));
    return finding(!text.includes("alice"), "mallory reads the orders of alice");
  },
});
