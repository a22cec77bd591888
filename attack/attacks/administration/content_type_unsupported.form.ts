import { administrator, askAdmin } from "../../lab/administration.ts";
import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "A form of another origin is sent to administration",
  refusal: "400 content_type_unsupported",
  needs: ["administration"],
  async run(target) {
    const rita = await administrator(target, ["root"]);
    const types = ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x"];
    return Promise.all(
      types.map((type) =>
        askAdmin(target, rita, "/revoke", {
          method: "POST",
          body: '{"all":true,"reason":"because"}',
          headers: { "content-type": type },
        }),
      ),
    );
  },
});
