import { defineAttack, finding } from "../../lab/attack.ts";

export default defineAttack({
  title: "A refusal repeats the token that was sent",
  refusal: "none",
  needs: ["refresh"],
  async run(target) {
    const { refresh } = await target.signIn("alice");
    const { text } = await target.renew(`${refresh}x`);
    return finding(!text.includes(refresh.slice(0, 40)), "the refusal repeats the token");
  },
});
