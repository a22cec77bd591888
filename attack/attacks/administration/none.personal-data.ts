import { administrator, askAdmin } from "../../lab/administration.ts";
import { defineAttack, finding } from "../../lab/attack.ts";
import { partsOf } from "../../lab/forging.ts";

export default defineAttack({
  title: "Support reads openids in answers, errors and the log",
  refusal: "none",
  needs: ["administration"],
  async run(target) {
    const sue = await administrator(target, ["support"]);
    const { openid, access } = await target.signIn("alice");
    const user = `/users/${String(partsOf(access).claims["sub"])}`;
    const search = (body: unknown) => askAdmin(target, sue, "/users/search", { method: "POST", body });
    const answers = await Promise.all([
      askAdmin(target, sue, user),
      askAdmin(target, sue, "/users"),
      askAdmin(target, sue, `${user}/sessions`),
      search({ openid }),
      search({ openid, sid: "x" }),
      search({ openid: `${openid}\u0000` }),
      askAdmin(target, sue, `/users?openid=${openid}`),
    ]);
    return [
      ...answers.map(({ text }, at) => finding(!text.includes(openid), `answer ${at} holds the openid`)),
      finding(!target.log().includes(openid), "the log holds the openid"),
    ];
  },
});
