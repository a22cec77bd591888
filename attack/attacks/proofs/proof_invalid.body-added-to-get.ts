import { request } from "node:http";
import { text } from "node:stream/consumers";
import { defineAttack } from "../../lab/attack.ts";
import { bind, PAYMENT, withProof } from "../../lab/bound.ts";
import type { Answer } from "../../lab/http.ts";

export default defineAttack({
  title: "A body is added to a GET, whose proof needs no digest",
  refusal: "401 proof_invalid",
  needs: ["proofs"],
  async run(target) {
    const session = await bind(target);
    const uri = session.uri("/payments");
    const nonce = await session.guardNonce();
    const dpop = session.owner.proof({ method: "GET", uri, accessToken: session.access, nonce });
    return getWithBody(uri, { ...withProof(session, dpop), "content-length": String(PAYMENT.length) });
  },
});

/** What `fetch` refuses to send. */
function getWithBody(uri: string, headers: Readonly<Record<string, string>>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(uri, { method: "GET", headers }, (response) => {
      text(response)
        .then((read) =>
          resolve({ status: response.statusCode ?? 0, headers: new Headers(), text: read, json: JSON.parse(read) }),
        )
        .catch(reject);
    });
    sent.on("error", reject);
    sent.end(PAYMENT);
  });
}
