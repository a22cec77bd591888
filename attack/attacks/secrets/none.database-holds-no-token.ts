import { defineAttack, finding } from "../../lab/attack.ts";

export default defineAttack({
  title: "The database files hold a token or a secret",
  refusal: "none",
  needs: ["refresh"],
  async run(target) {
    const session = await target.signIn("alice");
    const marked = [session.refresh.slice(4), session.access.split(".")[2] ?? "", ...target.secrets];
    return finding(!marked.some((secret) => target.dump().includes(secret)), "the database holds a secret");
  },
});
