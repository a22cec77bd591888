import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "The header holds the scheme alone",
  refusal: "401 token_malformed",
  needs: ["tokens"],
  async run(target) {
    return Promise.all(["Bearer", "Bearer "].map((authorization) => target.ask("/orders", { authorization })));
  },
});
