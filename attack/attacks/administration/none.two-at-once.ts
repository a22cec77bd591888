import { administrator, askAdmin } from "../../lab/administration.ts";
import { defineAttack, finding } from "../../lab/attack.ts";
import { partsOf } from "../../lab/forging.ts";

export default defineAttack({
  title: "Two administrators change one user at the same moment from what both have seen",
  refusal: "none",
  needs: ["administration"],
  async run(target) {
    const rita = await administrator(target, ["root"]);
    const { claims } = partsOf((await target.signIn("alice")).access);
    const user = `/users/${String(claims["sub"])}`;
    const seen = (await askAdmin(target, rita, user)).headers.get("etag") ?? "";
    const answers = await Promise.all(
      ["support", "keeper", "editor", "member"].map((role) =>
        askAdmin(target, rita, `${user}/roles`, {
          method: "PUT",
          body: { roles: [role] },
          headers: { "if-match": seen },
        }),
      ),
    );
    const said = answers.map(({ status }) => status).sort();
    return finding(said.join() === "200,412,412,412", `answered ${said.join(", ")}`);
  },
});
