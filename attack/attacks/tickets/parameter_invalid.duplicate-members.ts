import { defineAttack } from "../../lab/attack.ts";
import { askForTicket, redeem, ticketOf } from "../../lab/ticket.ts";

export default defineAttack({
  title: "One member stands twice, so that two readers see two amounts",
  refusal: "400 parameter_invalid",
  needs: ["tickets"],
  async run(target) {
    const { access } = await target.signIn("alice");
    const ticket = await ticketOf(target, await target.signIn("alice"));
    const twice = '{"order":1,"amount":1,"amount":1990}';
    return [
      await askForTicket(target, access, `{"operation":"order.pay","parameters":${twice}}`),
      await redeem(target, ticket, {
        body: `{"ticket":"${ticket}","operation":"order.pay","parameters":${twice},"redeem_id":"order-1"}`,
      }),
      await redeem(target, ticket, {
        body: `{"ticket":"${ticket}","operation":"order.see","operation":"order.pay","parameters":{},"redeem_id":"1"}`,
      }),
    ];
  },
});
