import { defineAttack } from "../../lab/attack.ts";
import { redeem, ticketOf } from "../../lab/ticket.ts";

export default defineAttack({
  title: "Amount, order and spelling of the parameters are changed after the user has agreed",
  refusal: "400 ticket_mismatch",
  needs: ["tickets"],
  async run(target) {
    const ticket = await ticketOf(target, await target.signIn("alice"));
    const others = [
      { order: 1, amount: 1 },
      { order: 2, amount: 1990 },
      { order: 1 },
      { order: 1, amount: 1990, to: "mallory" },
      { order: "1", amount: 1990 },
      { order: 1, amount: "1990" },
      { Order: 1, amount: 1990 },
      { order: [1], amount: 1990 },
      {},
    ];
    return Promise.all(others.map((parameters) => redeem(target, ticket, { changes: { parameters } })));
  },
});
