/** The log: one JSON object a line on standard output, each naming the role that wrote it. */
import { type Logger, pino } from 'pino';

export function createLogger(level: string, role: string): Logger {
  return pino({ level, base: { role, pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime });
}
