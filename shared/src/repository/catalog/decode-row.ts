import { decodeJson } from '../json.ts';
import {
  isCount,
  isFlag,
  isHexOf,
  isListOf,
  isNumber,
  isObject,
  isOneOf,
  isOptional,
  isRecordOf,
  isText,
} from '../shape.ts';
import type { Base64Lines, CatalogFolder, CatalogItem, FailedRead, RecipePart } from './row.ts';

const isCatalogFolder = isRecordOf<CatalogFolder>({
  folderId: isText,
  parentId: isOptional(isText),
  name: isText,
  type: isText,
  wellKnownName: isOptional(isText),
  properties: isObject,
});

const isBase64Lines = isRecordOf<Base64Lines>({
  lineLength: isCount,
  lineEnd: isOneOf('\r\n', '\n'),
});

const isRecipePart = isRecordOf<RecipePart>({
  contents: isCount,
  base64: isOptional(isBase64Lines),
});

const isFailedRead = isRecordOf<FailedRead>({
  code: isText,
  message: isText,
  sinceMs: isNumber,
  neverStored: isOptional(isFlag),
});

const isCatalogItem = isRecordOf<CatalogItem>({
  itemId: isText,
  folderId: isText,
  name: isText,
  type: isText,
  changeKey: isText,
  size: isNumber,
  date: isText,
  columns: isObject,
  properties: isObject,
  format: isOneOf('fts', 'file'),
  content: isListOf(isHexOf(32)),
  recipe: isOptional(isListOf(isRecipePart)),
  failed: isOptional(isFailedRead),
});

/** E_REPOSITORY_DAMAGED */
export function decodeFolder(row: Uint8Array): CatalogFolder {
  return decodeJson(row, isCatalogFolder);
}

/** E_REPOSITORY_DAMAGED */
export function decodeItem(row: Uint8Array): CatalogItem {
  return decodeJson(row, isCatalogItem);
}
