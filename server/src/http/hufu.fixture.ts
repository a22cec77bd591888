import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { createSimulatedWeChat } from "@hufu/simulator";
import { HUFU_PERMISSIONS } from "../access/hufu-permissions.ts";
import { createHufu } from "../hufu/create-hufu.ts";
import type { Hufu } from "../hufu/hufu.ts";
import type { HufuOptions } from "../hufu/options/options.ts";
import { tablesOf } from "../store/sql/audit-rows.fixture.ts";

export const APP_ID = "wx0000000000000001";
export const OTHER_APP_ID = "wx0000000000000002";
export const BACK_END = {
  id: "orders-api",
  secret: "test only: orders+api % 7f3c19e5",
  permissions: ["hufu.tokens:introspect", "hufu.revocations:read", "hufu.tickets:redeem"],
};
/** May everything that Hufu's own permissions give. */
export const ADMINISTRATOR = {
  id: "admin-api",
  secret: "test only: admin api, 90d1c44b7ae6",
  permissions: HUFU_PERMISSIONS,
};
export const POOR_BACK_END = { id: "poor-api", secret: "test only: poor api, 5b1e0c97d2a4", permissions: [] };

/** A Hufu on a file of its own, with a simulated platform behind it. */
export interface RealHufu {
  readonly hufu: Hufu;
  /** A fresh login code of this person. */
  code(user?: string): string;
  /** What this person's phone signs for a challenge after a finger: `json_string` and `json_signature`. */
  finger(challenge: string, user?: string): Readonly<Record<"json_string" | "json_signature", string>>;
  /** Every row of the tables that a refused request must not touch. */
  dump(): string;
  close(): Promise<void>;
}

export async function startRealHufu(
  issuer = "http://localhost/api/auth",
  more: Pick<HufuOptions, "limits" | "log"> = {},
): Promise<RealHufu> {
  const folder = mkdtempSync(join(tmpdir(), "hufu-http-"));
  const file = join(folder, "hufu.db");
  const secret = "test only: an app secret";
  const wechat = createSimulatedWeChat({
    apps: [APP_ID, OTHER_APP_ID].map((appId) => ({ appId, appSecret: secret })),
    loginsPerMinute: 10_000,
  });
  const platform = await wechat.listen();
  const hufu = await createHufu({
    issuer,
    secret: "test only: 7f1d0c52b9e84a6f93d2c1e05b7a8846",
    database: `sqlite:${file}`,
    apps: [APP_ID, OTHER_APP_ID].map((appId) => ({ appId, appSecret: secret, endpoint: platform.url })),
    clients: [BACK_END, ADMINISTRATOR, POOR_BACK_END],
    roles: {
      member: ["order:read:own", "order:create"],
      clerk: ["order:read"],
      keeper: ["hufu.users:read", "hufu.users:write"],
    },
    defaultRoles: ["member"],
    ...more,
  });
  return {
    hufu,
    code: (user = "anna") => wechat.issueCode({ appId: APP_ID, user }),
    finger(challenge, user = "anna") {
      const json = JSON.stringify({ raw: challenge, counter: 1, fp_n: "sensor", uid: "0" });
      return { json_string: json, json_signature: wechat.signSoter({ user, json }) };
    },
    dump() {
      const database = new DatabaseSync(file, { readOnly: true, timeout: 30_000 });
      try {
        const { hufu_hot: _hot, hufu_refusals: _refusals, ...tables } = tablesOf(database);
        // Wrong client secrets are audited now and then.
        const audit = tables["hufu_audit"]?.filter(({ action }) => action !== "client.refused");
        return JSON.stringify({ ...tables, hufu_audit: audit }, (_, value: unknown) =>
          typeof value === "bigint" ? String(value) : value,
        );
      } finally {
        database.close();
      }
    },
    async close() {
      await hufu.close();
      await platform.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
