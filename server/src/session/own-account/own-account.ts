import { type Caller, inNameOf, USER } from "../../core/caller.ts";
import type { SessionFacts } from "../../store/records.ts";
import { closeUser } from "../administration/administer-users.ts";
import type { SessionContext } from "../context.ts";
import { openPhone } from "../phone-at-rest.ts";
import type { Self } from "../self.ts";
import { type AccountExport, exportAccount } from "./export-account.ts";
import { setPhone } from "./set-phone.ts";

/** What users may do with their own account (docs/protocol.md §7). Each asks the database for session and user first. */
export interface OwnAccount {
  /** E.164; `null` if none is known. */
  phone(self: Self): Promise<string | null>;
  /** The number behind a code of the phone button, from now on this user's. */
  setPhone(self: Self, code: string, caller?: Caller): Promise<string>;
  /** Closes the account (注销账号): identities released, every session ended, personal data erased. */
  close(self: Self, caller?: Caller): Promise<void>;
  export(self: Self): Promise<AccountExport>;
}

/** @param confirm reads the session anew and throws if it is over */
export function createOwnAccount(context: SessionContext, confirm: (self: Self) => Promise<SessionFacts>): OwnAccount {
  return Object.freeze<OwnAccount>({
    async phone(self) {
      await confirm(self);
      return openPhone(context, self.userId);
    },
    async setPhone(self, code, caller = USER) {
      return setPhone(context, await confirm(self), code, caller);
    },
    async close(self, caller = USER) {
      await confirm(self);
      await closeUser(context, self.userId, inNameOf("user", caller));
    },
    async export(self) {
      await confirm(self);
      return exportAccount(context, self.userId);
    },
  });
}
