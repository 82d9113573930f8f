/** Writes files, many at a time, as a program that has nothing else to do would. */
import { closeSync, fchmodSync, futimesSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { parentPort } from 'node:worker_threads';
import type { FilePart, FileWriterCall, FileWriterReply } from './file-writer-calls.ts';

const folders = new Set<string>();
const opened = new Map<number, number>();

function open({ id, path }: FilePart): number {
  const known = opened.get(id);
  if (known !== undefined) return known;
  if (path === undefined) throw new Error(`file ${id} has no path`);
  const folder = dirname(path);
  if (!folders.has(folder)) mkdirSync(folder, { recursive: true });
  folders.add(folder);
  const file = openSync(path, 'w');
  opened.set(id, file);
  return file;
}

function write(part: FilePart, memory: ArrayBuffer): void {
  const file = open(part);
  const bytes = new Uint8Array(memory, part.at, part.length);
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
  if (part.end === undefined) return;
  const seconds = part.end.modifiedMs / 1000;
  fchmodSync(file, part.end.mode);
  futimesSync(file, seconds, seconds);
  closeSync(file);
  opened.delete(part.id);
}

parentPort?.on('message', ({ memory, parts }: FileWriterCall) => {
  for (const part of parts) write(part, memory);
  const reply: FileWriterReply = { memory };
  parentPort?.postMessage(reply, [memory]);
});
