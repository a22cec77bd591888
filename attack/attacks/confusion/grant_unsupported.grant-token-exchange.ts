import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "A token exchange is tried",
  refusal: "400 grant_unsupported",
  needs: ["clients"],
  async run(target) {
    const { access } = await target.signIn("alice");
    return target.exchange({
      grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
      username: "alice",
      password: "x",
      subject_token: access,
    });
  },
});
