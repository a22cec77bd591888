import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "One to three characters are added to the token",
  refusal: "401",
  incident: 23,
  needs: ["tokens"],
  async run(target) {
    const { access } = await target.signIn("alice");
    return Promise.all(
      ["A", "AA", "AAA"].map((more) => target.ask("/orders", { authorization: `Bearer ${access}${more}` })),
    );
  },
});
