import { defineAttack, finding } from "../../lab/attack.ts";

export default defineAttack({
  title: "A header has one megabyte",
  refusal: "none",
  incident: 10,
  async run(target) {
    try {
      const { status } = await target.ask("/orders", { authorization: `Bearer ${"A".repeat(1_000_000)}` });
      return finding(status >= 400 && status !== 500, `answers ${status}`);
    } catch {
      // The server closed the connection, as it should.
      const { status } = await target.ask("/orders");
      return finding(status === 401, `afterwards the server answers ${status}`);
    }
  },
});
