import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "The token is the word null or undefined",
  refusal: "401 token_malformed",
  incident: 20,
  needs: ["tokens"],
  async run(target) {
    return Promise.all(
      ["null", "undefined", "[object Object]"].map((word) =>
        target.ask("/orders", { authorization: `Bearer ${word}` }),
      ),
    );
  },
});
