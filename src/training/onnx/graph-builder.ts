/** Gathers the nodes and constants of an ONNX graph, and gives each a name that no input or output has. */
import {
  type AttributeValue,
  type ElementType,
  elementTypes,
  graphFields,
  type TensorData,
  type TensorInfo,
} from './onnx-messages.ts';
import type { Encoded } from './protobuf.ts';

interface NodeOptions {
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  /** Default: ONNX's own operators. */
  readonly domain?: string;
  /** Name of the result; default one of its own. */
  readonly output?: string;
}

export interface GraphBuilder {
  /** Adds a node; returns the name of its result. */
  add(operator: string, inputs: readonly string[], options?: NodeOptions): string;
  /** Adds a tensor of fixed numbers; returns its name. */
  constant(dimensions: readonly number[], data: TensorData): string;
  cast(value: string, type: ElementType, output?: string): string;
  input(info: TensorInfo): void;
  output(info: TensorInfo): void;
  /** All of it so far. */
  readonly fields: readonly Encoded[];
}

/** @param taken names of the graph's inputs and outputs */
export function createGraphBuilder(taken: ReadonlySet<string>): GraphBuilder {
  const fields: Encoded[] = [];
  let count = 0;

  function freeName(word: string): string {
    for (;;) {
      const name = `${word}_${++count}`;
      if (!taken.has(name)) return name;
    }
  }

  function add(operator: string, inputs: readonly string[], options: NodeOptions = {}): string {
    const { attributes = {}, domain = '', output = freeName(operator) } = options;
    fields.push(graphFields.node({ operator, domain, inputs, output, attributes }));
    return output;
  }

  return {
    add,
    constant(dimensions, data) {
      const name = freeName('constant');
      fields.push(graphFields.initializer(name, dimensions, data));
      return name;
    },
    cast: (value, type, output) =>
      add('Cast', [value], { attributes: { to: elementTypes[type] }, ...(output && { output }) }),
    input: (info) => void fields.push(graphFields.input(info)),
    output: (info) => void fields.push(graphFields.output(info)),
    fields,
  };
}
