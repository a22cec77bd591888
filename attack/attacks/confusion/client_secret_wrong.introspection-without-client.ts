import { defineAttack } from "../../lab/attack.ts";
import { form } from "../../lab/http.ts";

export default defineAttack({
  title: "Tokens are introspected without a client",
  refusal: "401 client_secret_wrong",
  needs: ["introspection"],
  async run(target) {
    const { access } = await target.signIn("alice");
    return target.askIssuer("/oauth/introspect", form({ token: access }));
  },
});
