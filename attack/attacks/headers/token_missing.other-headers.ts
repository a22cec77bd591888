import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "The token stands in headers of other products",
  refusal: "401 token_missing",
  needs: ["tokens"],
  async run(target) {
    const { access } = await target.signIn("alice");
    return Promise.all(
      ["x-access-token", "token", "satoken", "x-auth-token"].map((name) => target.ask("/orders", { [name]: access })),
    );
  },
});
