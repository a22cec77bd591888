import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "Headers name the user as gateways do",
  refusal: "401 token_missing",
  incident: 29,
  async run(target) {
    await target.signIn("alice");
    const names = ["x-user-id", "x-wx-openid", "x-forwarded-user", "remote-user", "x-authenticated-userid"];
    return Promise.all(names.map((name) => target.ask("/orders", { [name]: "alice" })));
  },
});
