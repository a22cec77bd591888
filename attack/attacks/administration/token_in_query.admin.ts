import { administrator } from "../../lab/administration.ts";
import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "The token of an administrator stands in the address",
  refusal: "400 token_in_query",
  needs: ["administration"],
  async run(target) {
    const rita = await administrator(target, ["root"]);
    return target.askIssuer(`/admin/users?access_token=${rita.access}`);
  },
});
