import { administrator, askAdmin } from "../../lab/administration.ts";
import { defineAttack } from "../../lab/attack.ts";
import { partsOf } from "../../lab/forging.ts";

export default defineAttack({
  title: "Support, who may only read, bans, kicks, closes, rotates and resets",
  refusal: "403 permission_denied",
  needs: ["administration"],
  async run(target) {
    const sue = await administrator(target, ["support"]);
    const { claims } = partsOf((await target.signIn("alice")).access);
    const user = `/users/${String(claims["sub"])}`;
    return Promise.all([
      askAdmin(target, sue, `${user}/ban`, { method: "PUT", body: { reason: "because" } }),
      askAdmin(target, sue, `${user}/roles`, { method: "PUT", body: { roles: [] }, headers: { "if-match": "*" } }),
      askAdmin(target, sue, `${user}/stale`, { method: "POST" }),
      askAdmin(target, sue, `${user}/sessions`, { method: "DELETE" }),
      askAdmin(target, sue, user, { method: "DELETE" }),
      askAdmin(target, sue, `/sessions/${String(claims["sid"])}`, { method: "DELETE" }),
      askAdmin(target, sue, "/keys/rotate", { method: "POST" }),
      askAdmin(target, sue, "/roles/support", { method: "DELETE", headers: { "if-match": "*" } }),
      askAdmin(target, sue, "/revoke", { method: "POST", body: { all: true, reason: "because" } }),
    ]);
  },
});
