import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "The token is cut by one to three characters",
  refusal: "401",
  incident: 23,
  needs: ["tokens"],
  async run(target) {
    const { access } = await target.signIn("alice");
    return Promise.all(
      [1, 2, 3].map((cut) => target.ask("/orders", { authorization: `Bearer ${access.slice(0, -cut)}` })),
    );
  },
});
