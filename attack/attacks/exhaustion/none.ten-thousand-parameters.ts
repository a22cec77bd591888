import { defineAttack, finding } from "../../lab/attack.ts";
import { form } from "../../lab/http.ts";

export default defineAttack({
  title: "The form has ten thousand parameters",
  refusal: "none",
  needs: ["clients"],
  async run(target) {
    const fields = Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`p${at}`, "1"]));
    const { status } = await target.askIssuer("/oauth/token", form({ grant_type: "refresh_token", ...fields }));
    return finding(status >= 400 && status < 500, `answers ${status}`);
  },
});
