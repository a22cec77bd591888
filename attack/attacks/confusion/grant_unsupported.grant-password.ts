import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "The password grant is tried",
  refusal: "400 grant_unsupported",
  needs: ["clients"],
  async run(target) {
    const { access } = await target.signIn("alice");
    return target.exchange({ grant_type: "password", username: "alice", password: "x", subject_token: access });
  },
});
