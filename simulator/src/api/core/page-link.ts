/**
 * A link to a further page: the call's own URL (built from the request's Host) with the given
 * query. Values are percent-encoded; option names keep their `$` as in Graph's own links.
 */
export function pageLink(
  call: { readonly selfUrl: string },
  query: Readonly<Record<string, string | number | undefined>>,
): string {
  const parts = Object.entries(query)
    .filter((entry): entry is [string, string | number] => entry[1] !== undefined)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return `${call.selfUrl}?${parts.join('&')}`;
}

/** `https://host/v1.0/$metadata#…`. */
export function contextUrl(call: { readonly root: string }, fragment: string): string {
  return `${call.root}/$metadata#${fragment}`;
}
