import { defineAttack } from "../../lab/attack.ts";
import { basic, form } from "../../lab/http.ts";

export default defineAttack({
  title: "Tokens are introspected by a client that does not exist",
  refusal: "401 client_secret_wrong",
  needs: ["introspection"],
  async run(target) {
    const { access } = await target.signIn("alice");
    return target.askIssuer("/oauth/introspect", {
      ...form({ token: access }),
      headers: { authorization: basic({ id: "no-such-client", secret: "a guess" }) },
    });
  },
});
