import { administrator, askAdmin } from "../../lab/administration.ts";
import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "An administrator of roles puts more of administration into a role that he has",
  refusal: "403 permission_denied",
  needs: ["administration"],
  async run(target) {
    const ed = await administrator(target, ["editor"]);
    const put = (name: string, permissions: readonly string[]) =>
      askAdmin(target, ed, `/roles/${name}`, { method: "PUT", body: { permissions }, headers: { "if-match": "*" } });
    return Promise.all([
      put("editor", ["hufu.roles:read", "hufu.roles:write", "hufu.keys:write"]),
      put("member", ["hufu.personal:read"]),
      put("made-for-me", ["hufu.users:write"]),
    ]);
  },
});
