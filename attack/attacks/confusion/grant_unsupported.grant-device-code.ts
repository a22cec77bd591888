import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "A device code grant is tried",
  refusal: "400 grant_unsupported",
  needs: ["clients"],
  async run(target) {
    const { access } = await target.signIn("alice");
    return target.exchange({
      grant_type: "urn:ietf:params:oauth:grant-type:device_code",
      username: "alice",
      password: "x",
      subject_token: access,
    });
  },
});
