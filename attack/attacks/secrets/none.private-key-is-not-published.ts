import { defineAttack, finding } from "../../lab/attack.ts";

export default defineAttack({
  title: "The published keys hold a private part",
  refusal: "none",
  needs: ["jwks"],
  async run(target) {
    const { text } = await target.askIssuer("/.well-known/jwks.json");
    return finding(!/"(?:d|p|q|k)":/.test(text), "a private part is published");
  },
});
