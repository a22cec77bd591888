/** How a mini program was come to. */
export interface EnterOptions {
  /** The page, without a slash at its beginning. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** @see https://developers.weixin.qq.com/miniprogram/dev/reference/scene-list.html */
  readonly scene: number;
  /** Who sent the user; often there is nobody, and nothing to tell. */
  readonly referrerInfo?: { readonly appId: string; readonly extraData?: unknown };
  /** Which calls there are: in the single-page mode of Moments only some. */
  readonly apiCategory: "default" | "browseOnly";
}

/** What a test may say of it. */
export type Entrance = Partial<Omit<EnterOptions, "apiCategory">>;

/**
 * A page of the mini program opened within Moments: no login, no way to other pages, a storage of its own.
 * @see https://developers.weixin.qq.com/miniprogram/dev/framework/open-ability/share-timeline.html
 */
const SINGLE_PAGE = 1154;
/** The list of mini programs. */
const USUAL = 1001;

export function isSinglePage({ scene }: { readonly scene: number }): boolean {
  return scene === SINGLE_PAGE;
}

/** What is not said is as it was before, or usual. */
export function enterOptionsOf(said: Entrance, before?: EnterOptions): EnterOptions {
  const scene = said.scene ?? before?.scene ?? USUAL;
  const { referrerInfo } = said;
  return {
    path: said.path ?? before?.path ?? "",
    query: said.query ?? before?.query ?? {},
    scene,
    ...(referrerInfo === undefined ? {} : { referrerInfo }),
    apiCategory: isSinglePage({ scene }) ? "browseOnly" : "default",
  };
}
