import type { S3Error } from '../domain/s3-error.ts';
import { elements, type XmlValue } from '../xml/xml-writer.ts';

const NAMESPACE = 'https://sts.amazonaws.com/doc/2011-06-15/';

/** An answer of the security token service. */
export function writeStsXml(action: string, result: XmlValue): string {
  return document(`${action}Response`, { [`${action}Result`]: result });
}

export function writeStsError({ code, message, status }: S3Error): string {
  const Type = status < 500 ? 'Sender' : 'Receiver';
  return document('ErrorResponse', { Error: { Type, Code: code, Message: message } });
}

function document(root: string, content: XmlValue): string {
  return `<${root} xmlns="${NAMESPACE}">${elements(content)}</${root}>`;
}
