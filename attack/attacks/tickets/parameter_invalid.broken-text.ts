import { defineAttack } from "../../lab/attack.ts";
import { askForTicket } from "../../lab/ticket.ts";

export default defineAttack({
  title: "Half characters, NUL, depth and shapes that are no object",
  refusal: "400 parameter_invalid",
  needs: ["tickets"],
  async run(target) {
    const { access } = await target.signIn("alice");
    const deep = `${"[".repeat(40)}${"]".repeat(40)}`;
    const parameters = [
      '{"to":"\\ud800"}',
      '{"\\udc00":1}',
      '{"to":"a\\u0000"}',
      `{"a":${deep}}`,
      "[1]",
      '"text"',
      "1",
      "null",
    ];
    const bodies = parameters.map((text) => `{"operation":"order.pay","parameters":${text}}`);
    const others = ['{"operation":1,"parameters":{}}', '{"operation":"a\\nb","parameters":{}}', "[]", "nothing"];
    return Promise.all([...bodies, ...others].map((body) => askForTicket(target, access, body)));
  },
});
