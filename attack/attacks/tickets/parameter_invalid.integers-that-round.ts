import { defineAttack } from "../../lab/attack.ts";
import { askForTicket } from "../../lab/ticket.ts";

export default defineAttack({
  title: "Two order numbers of nineteen digits round to one double",
  refusal: "400 parameter_invalid",
  needs: ["tickets"],
  async run(target) {
    const { access } = await target.signIn("alice");
    const orders = ["1234567890123456788", "1234567890123456789", "9007199254740993", "-9007199254740993", "1e400"];
    const bodies = orders.map((order) => `{"operation":"order.pay","parameters":{"order":${order}}}`);
    return Promise.all(bodies.map((body) => askForTicket(target, access, body)));
  },
});
