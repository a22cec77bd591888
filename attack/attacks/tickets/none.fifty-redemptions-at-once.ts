import { defineAttack, finding } from "../../lab/attack.ts";
import { redeem, ticketOf } from "../../lab/ticket.ts";

export default defineAttack({
  title: "One ticket is redeemed fifty times at once, each time for something else",
  refusal: "none",
  needs: ["tickets"],
  async run(target) {
    const ticket = await ticketOf(target, await target.signIn("alice"));
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, at) =>
        redeem(target, ticket, { changes: { redeem_id: `order-${at}` }, by: at % 2 }),
      ),
    );
    const redeemed = answers.filter(({ status }) => status === 200).length;
    const refused = answers.filter(({ json }) => json["reason"] === "ticket_redeemed").length;
    return finding(redeemed === 1 && refused === 49, `${redeemed} redemptions went through, ${refused} were refused`);
  },
});
