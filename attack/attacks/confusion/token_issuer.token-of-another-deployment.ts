import { defineAttack } from "../../lab/attack.ts";
import { startHufu } from "../../targets/hufu.ts";

export default defineAttack({
  title: "A token of another deployment of the same software is used",
  refusal: "401 token_issuer",
  incident: 21,
  needs: ["jwks"],
  async run(target) {
    const other = await startHufu();
    try {
      const { access } = await other.signIn("alice");
      return await target.ask("/orders", { authorization: `Bearer ${access}` });
    } finally {
      await other.stop();
    }
  },
});
