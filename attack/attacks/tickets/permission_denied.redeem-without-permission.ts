import { defineAttack } from "../../lab/attack.ts";
import { redeemAs, ticketOf } from "../../lab/ticket.ts";
import { backEndToken } from "../../targets/hufu.ts";

export default defineAttack({
  title: "A back end without the permission redeems, and so does a user",
  refusal: "403 permission_denied",
  needs: ["tickets"],
  async run(target) {
    const session = await target.signIn("alice");
    const ticket = await ticketOf(target, session);
    return [await redeemAs(target, await backEndToken(target), ticket), await redeemAs(target, session.access, ticket)];
  },
});
