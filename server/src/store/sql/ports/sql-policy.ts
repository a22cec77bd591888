import type { PolicyEdit, PolicySnapshot, PolicyStore } from "../../policy.ts";
import { editsTowards } from "../../policy-edits.ts";
import type { Revocation } from "../../records.ts";
import type { Db, SqlDatabase } from "../dialect.ts";
import { EVERYBODY } from "../schema.ts";
import { putReset } from "../statements/policy-statements.ts";
import type { Statements } from "../statements/prepared/statements.ts";
import { policyFrom, selectPolicy } from "../statements/stored-policy.ts";

export function createSqlPolicy(database: SqlDatabase, statements: Statements): PolicyStore {
  const { accompany, appendToOutbox, policy } = statements;

  return Object.freeze<PolicyStore>({
    load: () => load(database),

    edit: (edit, accompaniment, judge) => {
      if (edit.kind === "reset" && "clientId" in edit.scope && edit.scope.clientId === EVERYBODY) {
        throw new TypeError(`policy.edit: "${EVERYBODY}" is no client id; reset everybody with { all: true }`);
      }
      return database.write(async (db) => {
        const pol = (await policy.lock(db)).pol + 1;
        if (judge !== undefined) judge(await load({ reader: db, differences: database.differences }));
        await db.updateTable("hufu_policy").set({ pol }).where("id", "=", 1).execute();
        const told = await carryOut(db, edit, pol);
        await accompany(db, accompaniment);
        return { pol, entries: await appendToOutbox(db, [told]) };
      });
    },

    apply: async (roles, how) => {
      // Most starts change nothing and need no lock.
      const before = await load(database);
      if (editsTowards(before, roles, how).length === 0) return { pol: before.pol, entries: [] };
      return database.write(async (db) => {
        const held = (await policy.lock(db)).pol;
        const edits = editsTowards(await load({ reader: db, differences: database.differences }), roles, how);
        if (edits.length === 0) return { pol: held, entries: [] };
        const pol = held + 1;
        await db.updateTable("hufu_policy").set({ pol }).where("id", "=", 1).execute();
        const told: Revocation[] = [];
        for (const edit of edits) told.push(await carryOut(db, edit, pol));
        return { pol, entries: await appendToOutbox(db, told) };
      });
    },
  });
}

async function load({ reader, differences }: Pick<SqlDatabase, "reader" | "differences">): Promise<PolicySnapshot> {
  return policyFrom(await selectPolicy(reader, differences).execute());
}

/** Writes an edit at its version and returns the entry for verifiers. */
async function carryOut(db: Db, edit: PolicyEdit, pol: number): Promise<Revocation> {
  switch (edit.kind) {
    case "role": {
      await putRole(db, edit.name, JSON.stringify(edit.permissions));
      return { role: edit.name, pol, permissions: edit.permissions };
    }
    case "remove":
      await db.deleteFrom("hufu_roles").where("name", "=", edit.name).execute();
      return { role: edit.name, pol, permissions: [] };
    case "reset": {
      const { scope } = edit;
      await putReset(db, "clientId" in scope ? scope.clientId : EVERYBODY, pol);
      return "clientId" in scope ? { client_id: scope.clientId, pol, why: "reset" } : { all: true, pol, why: "reset" };
    }
  }
}

// Update, else insert: safe under the lock on the policy row, and the same SQL on every database.
async function putRole(db: Db, name: string, permissions: string): Promise<void> {
  const result = await db.updateTable("hufu_roles").set({ permissions }).where("name", "=", name).executeTakeFirst();
  if (result.numUpdatedRows === 0n) await db.insertInto("hufu_roles").values({ name, permissions }).execute();
}
