/** Asks the store which version a request means, once for all the requests of one turn of the event loop. */

import type { VersionRef, VersionSelector, VersionStore } from '../../store/ports.ts';
import { atEndOfTurn } from '../turns.ts';

/** The part of the store that is asked. */
export interface ResolvingStore {
  readonly versions: Pick<VersionStore, 'resolve'>;
}

export interface VersionResolver {
  /** What has been asked in this turn and is answered. */
  known(model: string, selector: VersionSelector): VersionRef | null;
  resolve(model: string, selector: VersionSelector): Promise<VersionRef | null>;
}

interface Question {
  readonly asking: Promise<VersionRef | null>;
  answer: VersionRef | null;
}

/**
 * The read takes 5 µs, a quarter of a whole request. An answer serves only requests that arrived together with the one that asked:
 * whoever saw a switch acknowledged sends his next request in a later turn, which asks anew.
 */
export function createVersionResolver(store: ResolvingStore): VersionResolver {
  const asked = new Map<string, Question>();
  const forget = () => asked.clear();

  return {
    known: (model, selector) => asked.get(keyOf(model, selector))?.answer ?? null,
    resolve(model, selector) {
      const key = keyOf(model, selector);
      const known = asked.get(key);
      if (known) return known.asking;
      if (asked.size === 0) atEndOfTurn(forget);
      const asking = store.versions.resolve(model, selector);
      const question: Question = { asking, answer: null };
      asked.set(key, question);
      asking.then(
        (ref) => {
          question.answer = ref;
        },
        () => {},
      );
      return asking;
    },
  };
}

/** No name holds a slash or an at sign. */
function keyOf(model: string, selector: VersionSelector): string {
  if (selector === 'latest') return model;
  return typeof selector === 'number' ? `${model}/${selector}` : `${model}@${selector.alias}`;
}
