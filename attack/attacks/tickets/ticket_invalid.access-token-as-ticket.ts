import { defineAttack } from "../../lab/attack.ts";
import { redeem } from "../../lab/ticket.ts";

export default defineAttack({
  title: "Other signed texts of the same issuer are used as tickets",
  refusal: "400 ticket_invalid",
  needs: ["tickets"],
  async run(target) {
    const { access, refresh } = await target.signIn("alice");
    return [await redeem(target, access), await redeem(target, refresh), await redeem(target, "a.b.c")];
  },
});
