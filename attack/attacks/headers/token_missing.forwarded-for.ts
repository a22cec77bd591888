import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "The request claims to come from the machine itself",
  refusal: "401 token_missing",
  incident: 17,
  async run(target) {
    return Promise.all(
      ["x-forwarded-for", "x-real-ip", "forwarded", "client-ip", "x-forwarded-host"].map((name) =>
        target.ask("/orders", { [name]: "127.0.0.1" }),
      ),
    );
  },
});
