import { defineAttack, finding } from "../../lab/attack.ts";
import { payWith, ticketOf } from "../../lab/ticket.ts";

export default defineAttack({
  title: "A payment is tapped twice and repeated with its ticket and with a new one",
  refusal: "none",
  needs: ["tickets"],
  async run(target) {
    const session = await target.signIn("alice");
    const [one, two] = [await ticketOf(target, session), await ticketOf(target, session)];
    const answers = await Promise.all([one, one, two, two].map((ticket) => payWith(target, session, ticket)));
    const paid = answers.filter(({ json }) => json["paid"] === "now").length;
    return finding(paid === 1, `it was paid ${paid} times`);
  },
});
