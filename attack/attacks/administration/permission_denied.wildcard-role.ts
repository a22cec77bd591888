import { administrator, askAdmin } from "../../lab/administration.ts";
import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "A role with *:* is used on every family of administration",
  refusal: "403 permission_denied",
  needs: ["administration"],
  async run(target) {
    const walt = await administrator(target, ["everything"]);
    const paths = ["/users", "/users/u_AAAAAAAAAAAAAAAAAAAAAA/sessions", "/roles", "/keys", "/audit", "/stats"];
    const read = paths.map((path) => askAdmin(target, walt, path));
    const all = askAdmin(target, walt, "/revoke", { method: "POST", body: { all: true, reason: "because" } });
    return Promise.all([...read, all]);
  },
});
