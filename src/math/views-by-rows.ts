/** Views on one block of memory for batches of any size: views are objects, and a training step must not make new ones. */

/** What `make` gave for so many rows, made once. At most as many entries as a batch has rows. */
export function viewsByRows<T>(make: (rows: number) => T): (rows: number) => T {
  const made = new Map<number, T>();
  return (rows) => {
    let value = made.get(rows);
    if (value === undefined) {
      value = make(rows);
      made.set(rows, value);
    }
    return value;
  };
}
