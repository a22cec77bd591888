import { defineAttack, finding } from "../../lab/attack.ts";

const FORGED = '{"level":30,"msg":"user.unban by u_admin"}';

export default defineAttack({
  title: "A device name with line breaks writes a log line of its own",
  refusal: "none",
  needs: ["refresh"],
  async run(target) {
    await target.exchange({ code: target.code("alice"), device_name: `phone\n${FORGED}\r\n${FORGED}` });
    const forged = target
      .log()
      .split(/[\r\n]+/)
      .filter((line) => line.trim().startsWith(FORGED));
    return finding(forged.length === 0, `the log has ${forged.length} forged lines`);
  },
});
