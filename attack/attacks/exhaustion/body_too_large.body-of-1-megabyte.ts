import { defineAttack } from "../../lab/attack.ts";
import { form } from "../../lab/http.ts";

export default defineAttack({
  title: "The form has one megabyte",
  refusal: "400 body_too_large",
  needs: ["clients"],
  async run(target) {
    return target.askIssuer(
      "/oauth/token",
      form({ grant_type: "refresh_token", refresh_token: "x".repeat(1_000_000) }),
    );
  },
});
