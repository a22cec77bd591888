import { administrator, askAdmin } from "../../lab/administration.ts";
import { defineAttack } from "../../lab/attack.ts";
import { partsOf } from "../../lab/forging.ts";

export default defineAttack({
  title: "Bodies carry members that no caller may set, twice, or deep",
  refusal: "400 parameter_invalid",
  needs: ["administration"],
  async run(target) {
    const rita = await administrator(target, ["root"]);
    const { claims } = partsOf((await target.signIn("alice")).access);
    const put = (what: string, body: unknown) =>
      askAdmin(target, rita, `/users/${String(claims["sub"])}/${what}`, {
        method: "PUT",
        body,
        headers: { "if-match": "*" },
      });
    return Promise.all([
      put("roles", { roles: ["member"], ver: 1, status: "closed" }),
      put("roles", '{"roles":["member"],"roles":["root"]}'),
      put("roles", { roles: ["member"], __proto__polluted: true }),
      put("ban", { reason: "because", by: "somebody else" }),
      put("ban", `{"reason":${"[".repeat(100)}${"]".repeat(100)}}`),
    ]);
  },
});
