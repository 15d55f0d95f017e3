/** The forms in which other systems send rows, read one row at a time as the objects that native predict takes. */
import { type FieldError, TrainyardError } from '../../errors.ts';
import type { RowSource } from '../../training/predict.ts';
import { validationFailed } from '../plugins/validation.ts';

/** Without a prototype, so that a column named `__proto__` is one like any other, and refused. */
type RowObject = Record<string, unknown>;

/**
 * Row form: each instance is an object by feature, a list in the order of the features or, for a model of one feature, its value.
 *
 * @param pointer JSON pointer to the list
 * @throws TrainyardError `validation_failed` for lists of another length than the model has features
 */
export function rowsOfInstances(
  instances: readonly unknown[],
  features: readonly string[],
  pointer: string,
): RowSource {
  const errors: FieldError[] = [];
  instances.forEach((instance, i) => {
    if (!Array.isArray(instance) || instance.length === features.length) return;
    const message = `expected ${features.length} values, one for each of ${features.slice(0, 20).join(', ')}, got ${instance.length}`;
    errors.push({ pointer: `${pointer}/${i}`, code: 'invalid_length', message });
  });
  if (errors.length > 0) throw validationFailed(errors);
  return {
    length: instances.length,
    at(i) {
      const instance = instances[i];
      if (Array.isArray(instance)) return rowOf(features, (j) => instance[j]);
      const isScalar = instance === null || typeof instance !== 'object';
      if (isScalar && features.length === 1) return rowOf(features, () => instance);
      return isObject(instance)
        ? rowOf(Object.keys(instance), (_, name) => cellOf(instance[name]))
        : instance;
    },
  };
}

/**
 * Column form: a list of values for each feature.
 *
 * @param pointer JSON pointer to the object of columns
 * @throws TrainyardError `validation_failed` when the columns are no lists, or not of one length
 */
export function rowsOfColumns(columns: Readonly<Record<string, unknown>>, pointer: string): RowSource {
  const names = Object.keys(columns);
  const lists = names.map((name) => columns[name]);
  const [first] = lists;
  const length = Array.isArray(first) ? first.length : 0;
  const errors = names.flatMap((name, j): FieldError[] => {
    const list = lists[j];
    if (Array.isArray(list) && list.length === length) return [];
    const got = Array.isArray(list) ? `${list.length}` : 'no list';
    const at = `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    return [
      { pointer: at, code: 'invalid_length', message: `expected a list of ${length} values, got ${got}` },
    ];
  });
  if (errors.length > 0) throw validationFailed(errors);
  return {
    length,
    at: (i) => rowOf(names, (j) => cellOf((lists[j] as unknown[])[i])),
  };
}

/** @throws TrainyardError `too_many_elements` for more rows than one answer is made for, `validation_failed` for none */
export function checkRowCount({ length }: RowSource, maxRows: number, pointer: string): void {
  if (length === 0) {
    throw validationFailed([{ pointer, code: 'too_small', message: 'expected at least one row, got none' }]);
  }
  if (length > maxRows) {
    throw new TrainyardError(
      'too_many_elements',
      `${pointer}: expected at most ${maxRows} rows, got ${length}`,
    );
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function rowOf(names: readonly string[], value: (j: number, name: string) => unknown): RowObject {
  const row: RowObject = Object.create(null);
  for (let j = 0; j < names.length; j++) row[names[j]!] = value(j, names[j]!);
  return row;
}

/** A tensor of shape [1] is its value: models of these systems give each feature an axis of its own. */
function cellOf(value: unknown): unknown {
  return Array.isArray(value) && value.length === 1 && !Array.isArray(value[0]) ? value[0] : value;
}
