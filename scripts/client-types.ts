/** Makes the typed client's operations out of the OpenAPI document: a type for each schema, and what each operation takes and gives. */

type Json = Record<string, unknown>;

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
  readonly description?: string;
  readonly schema: Json;
}

type Content = Readonly<Record<string, { readonly schema: Json }>>;

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly required?: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>;
}

export interface OpenapiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Json>> };
}

const json = 'application/json';
/** Other systems have clients of their own. */
const isNative = (path: string) => /^\/(api\/v1\/|livez|readyz|metrics)/.test(path);

/** @returns TypeScript, the content of src/client/operations.ts */
export function clientTypes({ paths, components }: OpenapiDocument): string {
  const operations = Object.entries(paths)
    .filter(([path]) => isNative(path))
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
    );
  const reached = new Set<string>();
  for (const { operation } of operations) {
    reach({ operation: { ...operation, responses: successes(operation) } }, components.schemas, reached);
  }
  reach({ $ref: '#/components/schemas/Problem' }, components.schemas, reached);
  const schemas = Object.entries(components.schemas).filter(([name]) => reached.has(name));
  return [
    '/** Operations of the HTTP API and their types. Generated from openapi.yaml by `npm run openapi`: do not edit. */',
    '/** What `fetch` can send. */\nexport type UploadData = NonNullable<RequestInit["body"]>;',
    ...schemas.map(
      ([name, schema]) => `${comment(schema.description)}export type ${name} = ${typeOf(schema)};`,
    ),
    `export interface Operations {\n${operations.map(({ operation }) => operationType(operation)).join('\n')}\n}`,
    `export const operations = {\n${operations.map(operationEntry).join('\n')}\n} as const;`,
    '',
  ].join('\n\n');
}

function operationType(operation: Operation): string {
  const { operationId, summary } = operation;
  return `  /** ${summary} */\n  ${operationId}: { input: ${inputType(operation)}; output: ${outputType(operation)} };`;
}

/** Parameters by name, wherever they travel; a JSON `body`, or an `upload` of another media type. */
function inputType({ parameters = [], requestBody }: Operation): string {
  const fields = parameters.map(
    ({ name, required, schema }) => `${JSON.stringify(name)}${required ? '' : '?'}: ${typeOf(schema)}`,
  );
  const types = Object.keys(requestBody?.content ?? {});
  const body = requestBody?.content[json];
  const uploads = types.filter((type) => type !== json && type !== 'multipart/form-data');
  const upload = `upload: { type: ${uploads.map((type) => JSON.stringify(type)).join(' | ')}; data: UploadData }`;
  const base = `{ ${fields.join('; ')} }`;
  if (body && uploads.length > 0) return `${base} & ({ body: ${typeOf(body.schema)} } | { ${upload} })`;
  if (body) return `{ ${[...fields, `body: ${typeOf(body.schema)}`].join('; ')} }`;
  return uploads.length > 0 ? `{ ${[...fields, upload].join('; ')} }` : base;
}

/** JSON is read; any other content is left to be read as the caller likes. */
function outputType(operation: Operation): string {
  const types = Object.values(successes(operation)).map(({ content }) => {
    if (!content) return 'undefined';
    return content[json] ? typeOf(content[json].schema) : 'Response';
  });
  return [...new Set(types)].join(' | ');
}

function operationEntry({ path, method, operation }: { path: string; method: string; operation: Operation }) {
  const named = (place: string) =>
    JSON.stringify((operation.parameters ?? []).filter((each) => each.in === place).map(({ name }) => name));
  const isJson = Object.values(successes(operation)).some(({ content }) => content?.[json]);
  const entry = `method: '${method.toUpperCase()}', path: '${path}', query: ${named('query')}, headers: ${named('header')}, isJson: ${isJson}`;
  return `  ${operation.operationId}: { ${entry} },`;
}

function successes({ responses }: Operation): Operation['responses'] {
  return Object.fromEntries(Object.entries(responses).filter(([status]) => status.startsWith('2')));
}

/** Adds the names of the schemas that `value` refers to, and those that they refer to. */
function reach(value: unknown, schemas: Readonly<Record<string, Json>>, reached: Set<string>): void {
  for (const [, name] of JSON.stringify(value).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
    if (reached.has(name!)) continue;
    reached.add(name!);
    reach(schemas[name!], schemas, reached);
  }
}

/** The TypeScript type of a JSON schema, as far as the API's schemas go; throws for what it does not know. */
function typeOf(schema: Json): string {
  if (typeof schema.$ref === 'string') return schema.$ref.split('/').at(-1)!;
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (Array.isArray(schema.enum)) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  const alternatives = (schema.anyOf ?? schema.oneOf) as Json[] | undefined;
  if (alternatives) return alternatives.map((each) => `(${typeOf(each)})`).join(' | ');
  if (Array.isArray(schema.allOf)) return schema.allOf.map((each) => `(${typeOf(each as Json)})`).join(' & ');
  if (Array.isArray(schema.type)) return schema.type.map((type) => typeOf({ ...schema, type })).join(' | ');
  switch (schema.type) {
    case 'string':
    case 'boolean':
    case 'null':
      return schema.type;
    case 'number':
    case 'integer':
      return 'number';
    case 'array':
      return `(${schema.items ? typeOf(schema.items as Json) : 'unknown'})[]`;
    case 'object':
      return objectType(schema);
    case undefined:
      return 'unknown';
    default:
      throw new Error(`no TypeScript for the schema ${JSON.stringify(schema).slice(0, 200)}`);
  }
}

function objectType({ properties = {}, required = [], additionalProperties }: Json): string {
  const isRequired = new Set(required as string[]);
  const fields = Object.entries(properties as Record<string, Json>).map(
    ([name, schema]) =>
      `${comment(schema.description)}${JSON.stringify(name)}${isRequired.has(name) ? '' : '?'}: ${typeOf(schema)}`,
  );
  if (fields.length > 0) return `{\n${fields.join(';\n')};\n}`;
  const values = typeof additionalProperties === 'object' ? typeOf(additionalProperties as Json) : 'unknown';
  return additionalProperties === false ? 'Record<string, never>' : `Record<string, ${values}>`;
}

function comment(description: unknown): string {
  return typeof description === 'string'
    ? `/** ${description.replaceAll('*/', '*\\/').replaceAll('\n', ' ')} */\n`
    : '';
}
