import { administrator, askAdmin } from "../../lab/administration.ts";
import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "Users are searched by fields that are not for searching",
  refusal: "400 parameter_invalid",
  needs: ["administration"],
  async run(target) {
    const rita = await administrator(target, ["root"]);
    const bodies = [
      { roles: ["root"] },
      { ban_reason: "x" },
      { code_hash: "x" },
      { openid: { $ne: "" } },
      { openid: ["a"] },
    ];
    const searched = bodies.map((body) => askAdmin(target, rita, "/users/search", { method: "POST", body }));
    const listed = ["openid=o", "order=secret", "status=active%27"].map((query) =>
      askAdmin(target, rita, `/users?${query}`),
    );
    return Promise.all([...searched, ...listed]);
  },
});
