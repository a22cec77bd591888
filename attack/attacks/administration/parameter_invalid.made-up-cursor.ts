import { administrator, askAdmin } from "../../lab/administration.ts";
import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "Cursors are made up, cut, taken from another list and filled with SQL",
  refusal: "400 parameter_invalid",
  needs: ["administration"],
  async run(target) {
    const rita = await administrator(target, ["root"]);
    const made = [
      "1.u_AAAAAAAAAAAAAAAAAAAAAA' or '1'='1",
      "-1.u_AAAAAAAAAAAAAAAAAAAAAA",
      "1.s_AAAAAAAAAAAAAAAAAAAAAA",
      "1",
    ];
    const cursors = ["x", "%27", "../..", ...made.map((text) => Buffer.from(text).toString("base64url"))];
    return Promise.all(cursors.map((cursor) => askAdmin(target, rita, `/users?cursor=${cursor}`)));
  },
});
