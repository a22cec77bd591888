import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "The method is overridden by a header",
  refusal: "401 token_missing",
  incident: 29,
  async run(target) {
    return Promise.all(
      ["x-http-method-override", "x-original-url", "x-rewrite-url", "x-middleware-subrequest"].map((name) =>
        target.ask("/orders", { [name]: "/healthz" }),
      ),
    );
  },
});
