import { defineAttack, finding } from "../../lab/attack.ts";
import { redeem, ticketOf } from "../../lab/ticket.ts";

export default defineAttack({
  title: "A back end whose answer was lost redeems again, in another spelling",
  refusal: "none",
  needs: ["tickets"],
  async run(target) {
    const ticket = await ticketOf(target, await target.signIn("alice"));
    const first = await redeem(target, ticket);
    await target.pass(120_000);
    const body = `{ "redeem_id": "order-1", "parameters": { "amount": 199.0e1, "order": 1.0 }, "operation": "order.pay", "ticket": "${ticket}" }`;
    const again = await redeem(target, ticket, { body });
    return finding(first.status === 200 && again.text === first.text, `${first.text}, and then ${again.text}`);
  },
});
