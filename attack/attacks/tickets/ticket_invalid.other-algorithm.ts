import { defineAttack } from "../../lab/attack.ts";
import { altered, macWith } from "../../lab/forging.ts";
import { redeem, ticketOf } from "../../lab/ticket.ts";

export default defineAttack({
  title: "A ticket is signed without a key, or with the public key as an HMAC secret",
  refusal: "400 ticket_invalid",
  needs: ["tickets"],
  async run(target) {
    const ticket = await ticketOf(target, await target.signIn("alice"));
    const jwk = await target.publicJwk();
    const none = altered(ticket, { header: { alg: "none" } });
    return [
      await redeem(target, none),
      await redeem(target, none.slice(0, none.lastIndexOf(".") + 1)),
      await redeem(target, macWith(ticket, JSON.stringify(jwk))),
      await redeem(target, macWith(ticket, "secret")),
    ];
  },
});
