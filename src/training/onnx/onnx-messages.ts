/** The messages of onnx.proto3 that a model is made of, field by field. */
import { type Encoded, embedded, float, integer, join } from './protobuf.ts';

/** TensorProto.DataType. */
export const elementTypes = { float: 1, int64: 7, string: 8, bool: 9, double: 11 } as const;
export type ElementType = keyof typeof elementTypes;

/** What a tensor holds, and so its element type: f64, f32, int64, text or truth values; or numbers as their bytes. */
export type TensorData =
  | Float64Array
  | Float32Array
  | BigInt64Array
  | readonly string[]
  | readonly boolean[]
  | RawNumbers;

export interface RawNumbers {
  readonly type: 'float' | 'double';
  /** Little-endian. */
  readonly bytes: Uint8Array;
}

function elementTypeOf(data: TensorData): ElementType {
  if (data instanceof Float32Array) return 'float';
  if (data instanceof Float64Array) return 'double';
  if (data instanceof BigInt64Array) return 'int64';
  if ('type' in data) return data.type;
  return typeof data[0] === 'string' ? 'string' : 'bool';
}

/** @param data row-major, as many elements as the dimensions multiply to; arrays of numbers lie in memory as little-endian */
function tensor(name: string, dimensions: readonly number[], data: TensorData): Encoded {
  return join([
    ...dimensions.map((size) => integer(1, size)),
    integer(2, elementTypes[elementTypeOf(data)]),
    embedded(8, name),
    tensorContent(data),
  ]);
}

function tensorContent(data: TensorData): Encoded {
  if (ArrayBuffer.isView(data))
    return embedded(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  if ('type' in data) return embedded(9, data.bytes);
  if (elementTypeOf(data) === 'string') return join(data.map((text) => embedded(6, text as string)));
  return embedded(9, Uint8Array.from(data as readonly boolean[], Number));
}

/** A number is whole; a fraction is given as `{ float }`. */
export type AttributeValue = number | { readonly float: number } | BigInt64Array | readonly string[];

export interface Node {
  readonly operator: string;
  /** `ai.onnx.ml`, or empty for ONNX's own operators. */
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
}

function node({ operator, domain, inputs, output, attributes }: Node): Encoded {
  return join([
    ...inputs.map((name) => embedded(1, name)),
    embedded(2, output),
    embedded(3, output),
    embedded(4, operator),
    ...Object.entries(attributes).map(([name, value]) => embedded(5, attribute(name, value))),
    ...(domain === '' ? [] : [embedded(7, domain)]),
  ]);
}

/** AttributeProto: its kind is told twice, by the field that is set and by `type`. */
function attribute(name: string, value: AttributeValue): Encoded {
  const head = embedded(1, name);
  if (typeof value === 'number') return join([head, integer(3, value), integer(20, 2)]);
  if ('float' in value) return join([head, float(2, value.float), integer(20, 1)]);
  if (value instanceof BigInt64Array)
    return join([head, ...Array.from(value, (item) => integer(8, Number(item))), integer(20, 7)]);
  return join([head, ...value.map((text) => embedded(9, text)), integer(20, 8)]);
}

/** An input or an output of the model. */
export interface TensorInfo {
  readonly name: string;
  readonly type: ElementType;
  /** A name in place of a size: whatever it is when the model is run. */
  readonly dimensions: readonly (number | string)[];
  readonly description: string;
}

function valueInfo({ name, type, dimensions, description }: TensorInfo): Encoded {
  const shape = join(
    dimensions.map((size) => embedded(1, typeof size === 'number' ? integer(1, size) : embedded(2, size))),
  );
  const tensorType = join([integer(1, elementTypes[type]), embedded(2, shape)]);
  return join([embedded(1, name), embedded(2, embedded(1, tensorType)), embedded(3, description)]);
}

/** The fields of a graph, each ready to stand in it: a graph of many features is made one by one, and joined once. */
export const graphFields = {
  node: (content: Node) => embedded(1, node(content)),
  initializer: (name: string, dimensions: readonly number[], data: TensorData) =>
    embedded(5, tensor(name, dimensions, data)),
  input: (info: TensorInfo) => embedded(11, valueInfo(info)),
  output: (info: TensorInfo) => embedded(12, valueInfo(info)),
};

export interface Graph {
  readonly name: string;
  /** Nodes in an order in which they can be computed; of other fields the order is that of their kind. */
  readonly fields: readonly Encoded[];
}

function graph({ name, fields }: Graph): Encoded {
  return join([embedded(2, name), ...fields]);
}

export interface Model {
  readonly irVersion: number;
  /** Version of the operators by domain. */
  readonly opsets: Readonly<Record<string, number>>;
  readonly producer: string;
  readonly producerVersion: string;
  readonly modelVersion: number;
  readonly description: string;
  readonly graph: Graph;
  readonly metadata: Readonly<Record<string, string>>;
}

export function model(content: Model): Encoded {
  return join([
    integer(1, content.irVersion),
    embedded(2, content.producer),
    embedded(3, content.producerVersion),
    integer(5, content.modelVersion),
    embedded(6, content.description),
    embedded(7, graph(content.graph)),
    ...Object.entries(content.opsets).map(([domain, version]) =>
      embedded(8, join([...(domain === '' ? [] : [embedded(1, domain)]), integer(2, version)])),
    ),
    ...Object.entries(content.metadata).map(([key, value]) =>
      embedded(14, join([embedded(1, key), embedded(2, value)])),
    ),
  ]);
}
