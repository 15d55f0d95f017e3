/** The API's side of the data process: matches replies to requests, and answers for a process that died. */
import { type ErrorCode, TrainyardError } from '../errors.ts';
import type { DataReplies, DataRequest, DataService, FromDataProcess, ToDataProcess } from './messages.ts';

/** The channel as its supervisor provides it: the process behind it may die and come back. */
export interface DataTransport {
  /** False when there is no process to take the message. */
  send(message: ToDataProcess): boolean;
  onMessage(listener: (message: FromDataProcess) => void): void;
  /** Called when the process has died: what it had not answered it never will. */
  onDown(listener: () => void): void;
}

interface Pending {
  resolve(reply: DataReplies[keyof DataReplies]): void;
  reject(error: TrainyardError): void;
}

/**
 * Calls reject with the data process's own refusal, or with `data_process_restarted` when it is down or dies before it answers.
 */
export function createDataClient(transport: DataTransport): DataService {
  const pending = new Map<number, Pending>();
  let lastId = 0;

  transport.onMessage((message) => {
    const call = pending.get(message.id);
    // A reply that nobody waits for came from a process that has since been taken for dead.
    if (call === undefined) return;
    pending.delete(message.id);
    if ('reply' in message) {
      call.resolve(message.reply);
    } else {
      const { code, detail, errors } = message.error;
      call.reject(refusal(code, detail, errors));
    }
  });

  transport.onDown(() => {
    const calls = [...pending.values()];
    pending.clear();
    for (const call of calls) call.reject(restarted());
  });

  function ask<K extends keyof DataReplies>(id: number, request: DataRequest): Promise<DataReplies[K]> {
    return new Promise((resolve, reject) => {
      pending.set(id, { resolve: resolve as Pending['resolve'], reject });
      if (transport.send({ id, request })) return;
      pending.delete(id);
      reject(restarted());
    });
  }

  return {
    call: <K extends keyof DataReplies>(request: DataRequest) => ask<K>(++lastId, request),
    ingest(request) {
      const id = ++lastId;
      const table = ask<'ingest'>(id, request);
      return {
        table,
        upload(state) {
          if (pending.has(id)) transport.send({ id, upload: state });
        },
      };
    },
  };
}

function restarted(): TrainyardError {
  return refusal('data_process_restarted', 'the data process ended before it answered', []);
}

function refusal(code: ErrorCode, detail: string, errors: TrainyardError['errors']): TrainyardError {
  const isBrief = code === 'busy' || code === 'data_process_restarted';
  return new TrainyardError(code, detail, { errors, headers: isBrief ? { 'retry-after': '1' } : {} });
}
