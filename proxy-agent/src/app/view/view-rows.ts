import type { CatalogFolder } from '@firn/shared/repository/catalog/row';
import type { PointObject } from '@firn/shared/repository/point/point-reader';
import type { CachedItem, FoundItem } from '../../ports/browse-cache.ts';

/** Rows of a page: ExploreObject, ExploreFolder, ExploreItem and FoundItem of the REST API. */

export function viewObject(object: PointObject) {
  const { objectId, kind, displayName, userPrincipalName, items, counts } = object;
  const bytes = counts['storedBytes'] ?? counts['bytes'] ?? 0;
  const { failure, failedItems } = object;
  const known = { objectId, kind, name: displayName, user: userPrincipalName, items, bytes };
  if (failure === undefined) return failedItems > 0 ? { ...known, partial: true } : known;
  const { code, message } = failure;
  return { ...known, partial: true, failed: { code, message } };
}

export function viewFolder({ folderId, parentId, name, type, wellKnownName }: CatalogFolder) {
  return {
    folderId,
    name,
    type,
    ...(parentId === undefined ? {} : { parentId }),
    ...(wellKnownName === undefined ? {} : { wellKnownName }),
  };
}

export function viewItem(item: CachedItem) {
  const { itemId, folderId, name, type, size, date, columns, failed } = item;
  const { code = '', message = '' } = failed ?? {};
  const row = { itemId, folderId, name, type, size, date, columns };
  return failed === undefined ? row : { ...row, failed: { code, message } };
}

export function viewFound(item: FoundItem) {
  const { objectId, path } = item;
  return { ...viewItem(item), objectId, path };
}
