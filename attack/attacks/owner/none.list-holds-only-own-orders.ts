import { defineAttack, finding } from "../../lab/attack.ts";

export default defineAttack({
  title: "The list of orders holds those of other users",
  refusal: "none",
  async run(target) {
    const bob = await target.signIn("bob");
    const { text } = await target.ask("/orders", target.credentials(bob));
    return finding(!text.includes("alice"), "the list names an order of alice");
  },
});
