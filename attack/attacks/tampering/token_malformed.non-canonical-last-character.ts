import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "The last character spells the same bytes in another way",
  refusal: "401 token_malformed",
  needs: ["tokens"],
  async run(target) {
    const { access } = await target.signIn("alice");
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const last = alphabet.indexOf(access.at(-1) ?? "A");
    return target.ask("/orders", { authorization: `Bearer ${access.slice(0, -1)}${alphabet[last ^ 1]}` });
  },
});
