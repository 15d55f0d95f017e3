/** Collects what is wrong with a table, so that an upload is told all of it at once. */
import { type ErrorCode, type FieldError, TrainyardError } from '../../errors.ts';

/** A file with a systematic fault has one in every row: the first hundred say it. */
const maxProblems = 100;

export class ProblemList {
  readonly #problems: FieldError[] = [];
  #code: ErrorCode | null = null;

  /**
   * @param code of the refusal, if this is the first problem
   * @throws TrainyardError when the list is full
   */
  add(code: ErrorCode, problem: Omit<FieldError, 'code'>, problemCode: string = code): void {
    this.#code ??= code;
    this.#problems.push({ ...problem, code: problemCode });
    if (this.#problems.length === maxProblems) this.raise();
  }

  /** @throws TrainyardError when anything was added: its code is the first problem's, its detail the first message */
  raise(): void {
    const first = this.#problems[0];
    if (this.#code === null || first === undefined) return;
    const place = first.line === undefined ? (first.pointer ?? '') : `line ${first.line}`;
    const others = this.#problems.length - 1;
    const more = others === 0 ? '' : others === maxProblems - 1 ? '; more follow' : `; and ${others} more`;
    throw new TrainyardError(this.#code, `${place === '' ? '' : `${place}: `}${first.message}${more}`, {
      errors: this.#problems,
    });
  }
}
