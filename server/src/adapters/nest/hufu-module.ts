import type { DynamicModule } from "@nestjs/common";
import { APP_FILTER, APP_GUARD, ModulesContainer } from "@nestjs/core";
import { acceptingLegacy, type Verifying } from "../guard.ts";
import { type GuardOptions as AnyGuardOptions, checkGuardOptions } from "../guard-options.ts";
import { checkDemands } from "./check-demands.ts";
import { createNestGuard } from "./nest-guard.ts";
import { type OnRefused, RefusalFilter } from "./refusal-filter.ts";

/**
 * How guards of one application behave. `onRefused` gets Express's request and response, or Fastify's request and reply.
 * @example
 * HufuModule.forRoot(hufu, { onRefused: (error, request, response) => response.send({ code: 1, message: error.reason }) })
 */
export type GuardOptions = AnyGuardOptions<OnRefused>;

/**
 * Guards every route of a Nest application: those without a decorator are for signed-in users. Where a decorator would guard
 * nothing, the application does not start.
 */
// biome-ignore lint/complexity/noStaticOnlyClass: Nest knows modules by their class.
export class HufuModule {
  /**
   * @param verifying a Hufu in this process, or a verifier of one elsewhere
   * @throws TypeError if it is neither, or an option is unknown
   * @example
   * \@Module({ imports: [HufuModule.forRoot(hufu)], controllers: [OrdersController] })
   * export class AppModule {}
   */
  static forRoot(verifying: Verifying, options: GuardOptions = {}): DynamicModule {
    const { onRefused } = checkGuardOptions(options);
    return {
      module: HufuModule,
      providers: [
        { provide: APP_GUARD, useValue: createNestGuard(acceptingLegacy(verifying, options)) },
        { provide: APP_FILTER, useValue: new RefusalFilter(onRefused) },
        { provide: checkDemands, useFactory: checkDemands, inject: [ModulesContainer] },
      ],
    };
  }
}
