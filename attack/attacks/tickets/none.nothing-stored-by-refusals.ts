import { defineAttack, finding } from "../../lab/attack.ts";
import { payWith, redeem, ticketOf } from "../../lab/ticket.ts";

export default defineAttack({
  title: "Refused redemptions leave a row, so that a stranger can burn tickets",
  refusal: "none",
  needs: ["tickets"],
  async run(target) {
    const ticket = await ticketOf(target, await target.signIn("alice"));
    await redeem(target, ticket, { changes: { operation: "order.refund" } });
    await payWith(target, await target.signIn("mallory"), ticket);
    const { status, text } = await redeem(target, ticket);
    return finding(status === 200, `the honest redemption was refused: ${text}`);
  },
});
