/** Names requests, for their answers and the log. */
import { randomBytes } from 'node:crypto';

/** Of this process: no other has had it. */
const source = randomBytes(8).toString('hex');
let count = 0;

/** Unique, and counted up within a process: a random one for each would take a hundredth of a predict. */
export function createRequestId(): string {
  count++;
  return `${source}-${count.toString(36)}`;
}
