import { AppError } from '@firn/shared/errors/app-error';

/** A path of encoded segments: graphPath('users', id, 'drive') → `/users/…/drive`. */
export function graphPath(...segments: readonly string[]): string {
  return `/${segments.map(encodeSegment).join('/')}`;
}

/** `:`, `@` and `!` are legal in a segment, and mailbox and drive ids are written with them. */
function encodeSegment(segment: string): string {
  return encodeURIComponent(segment).replaceAll('%3A', ':').replaceAll('%40', '@');
}

/** `$select=…&$top=…`, values encoded, undefined ones left out. */
export function withQuery(
  path: string,
  query: Readonly<Record<string, string | number | undefined>>,
): string {
  const pairs = Object.entries(query)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${encodeURIComponent(String(value)).replaceAll('%2C', ',')}`);
  return pairs.length === 0 ? path : `${path}?${pairs.join('&')}`;
}

/**
 * Where the API of one organization lies. Links of answers are opaque, but the
 * token goes only where the organization's own API is.
 */
export class GraphBase {
  readonly origin: string;
  readonly #base: URL;

  /** @param graphUrl `https://graph.microsoft.com`, without the version */
  constructor(graphUrl: string) {
    this.#base = new URL(`${graphUrl.replace(/\/+$/, '')}/v1.0`);
    this.origin = this.#base.origin;
  }

  /** @param path below the API version, or a link of an earlier answer */
  absolute(path: string): string {
    return path.startsWith('/') ? `${this.#base.href}${path}` : this.#own(path).href;
  }

  /** As a part of a batch names it: below the API version. */
  relative(path: string): string {
    if (path.startsWith('/')) return path;
    const url = this.#own(path);
    return `${url.pathname.slice(this.#base.pathname.length)}${url.search}`;
  }

  #own(link: string): URL {
    const url = URL.canParse(link) ? new URL(link) : undefined;
    const prefix = `${this.#base.pathname}/`;
    if (url?.origin === this.#base.origin && url.pathname.startsWith(prefix)) return url;
    throw new AppError('E_SOURCE_PROTOCOL', 'the service gave a link that leads elsewhere', {
      context: { host: url?.host },
    });
  }
}
