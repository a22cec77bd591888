import { administrator, askAdmin } from "../../lab/administration.ts";
import { defineAttack } from "../../lab/attack.ts";
import { partsOf } from "../../lab/forging.ts";

export default defineAttack({
  title: "If-Match is outdated, weak, empty, of another user, or made up",
  refusal: "412 precondition_failed",
  needs: ["administration"],
  async run(target) {
    const rita = await administrator(target, ["root"]);
    const userOf = (access: string): string => `/users/${String(partsOf(access).claims["sub"])}`;
    const alice = userOf((await target.signIn("alice")).access);
    const seen = (await askAdmin(target, rita, alice)).headers.get("etag") ?? "";
    const put = (tag: string) =>
      askAdmin(target, rita, `${alice}/roles`, {
        method: "PUT",
        body: { roles: ["root"] },
        headers: { "if-match": tag },
      });
    await askAdmin(target, rita, `${alice}/stale`, { method: "POST" });
    return Promise.all([seen, `W/${seen}`, '""', "*, *", '"*"', '"999999.AAAAAAAAAAAAAAAAAAAAAA"'].map(put));
  },
});
