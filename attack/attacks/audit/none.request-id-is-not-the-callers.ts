import { defineAttack, finding } from "../../lab/attack.ts";

const FORGED = 'r-1","actor":"u_admin","action":"user.unban';

export default defineAttack({
  title: "A caller's request id carries fields of a record",
  refusal: "none",
  needs: ["refresh"],
  async run(target) {
    const body = new URLSearchParams({
      grant_type: "urn:hufu:grant-type:login-code",
      client_id: target.clientId,
      code: target.code("alice"),
    });
    await target.askIssuer("/oauth/token", { method: "POST", body, headers: { "x-request-id": FORGED } });
    const written = `${target.dump()}\n${target.log()}`;
    return finding(!written.includes("u_admin"), "the database or the log holds the forged fields");
  },
});
