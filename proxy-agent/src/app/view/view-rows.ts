import type { CatalogFolder, CatalogItem } from '@firn/shared/repository/catalog/row';
import type { PointObject } from '@firn/shared/repository/point/point-reader';

/** Rows of a page: ExploreObject, ExploreFolder and ExploreItem of the REST API. */

export function viewObject(object: PointObject) {
  const { objectId, kind, displayName, userPrincipalName, items, counts, failedItems } = object;
  const bytes = counts['storedBytes'] ?? counts['bytes'] ?? 0;
  const partial = failedItems > 0 ? { partial: true } : {};
  return { objectId, kind, name: displayName, user: userPrincipalName, items, bytes, ...partial };
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

export function viewItem(item: CatalogItem) {
  const { itemId, folderId, name, type, size, date, columns, failed } = item;
  const { code = '', message = '' } = failed ?? {};
  const row = { itemId, folderId, name, type, size, date, columns };
  return failed === undefined ? row : { ...row, failed: { code, message } };
}
