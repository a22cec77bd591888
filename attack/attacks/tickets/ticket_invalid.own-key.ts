import { defineAttack } from "../../lab/attack.ts";
import { attackersKey, publicHalf, signedWith } from "../../lab/forging.ts";
import { redeem, ticketOf } from "../../lab/ticket.ts";

export default defineAttack({
  title: "A ticket is signed with a key of the attacker, named or embedded",
  refusal: "400 ticket_invalid",
  needs: ["tickets"],
  async run(target) {
    const ticket = await ticketOf(target, await target.signIn("alice"));
    const key = attackersKey();
    const { kid: _, ...jwk } = publicHalf(key);
    return [
      await redeem(target, signedWith(ticket, key)),
      await redeem(target, signedWith(ticket, key, { header: { jwk } })),
      await redeem(target, signedWith(ticket, key, { header: { kid: "mine" } })),
    ];
  },
});
