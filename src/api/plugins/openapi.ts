/** The OpenAPI 3.1 document, made of the routes' own schemas, and the pages that show it. */
import { STATUS_CODES } from 'node:http';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifySchema } from 'fastify';
import { createJsonSchemaTransform, createJsonSchemaTransformObject } from 'fastify-type-provider-zod';
import type { ApiInstance, UploadMediaType } from '../api-instance.ts';

const tags = [
  { name: 'Datasets', description: 'Immutable tables, typed and profiled when they arrive' },
  { name: 'Models', description: 'Named configs' },
  { name: 'Jobs', description: 'Durable training runs' },
  { name: 'Versions', description: 'What training left behind' },
  { name: 'Predictions', description: 'Raw rows in, labels or values out' },
  { name: 'Operations', description: 'For operators and their tools' },
  { name: 'TensorFlow Serving and KServe v1', description: 'For clients of these systems, unchanged' },
  { name: 'Open Inference Protocol', description: 'For clients of KServe and Triton, unchanged' },
  { name: 'MLflow', description: "For clients of MLflow's scoring server" },
];

type Json = Record<string, unknown>;

interface Operation {
  readonly responses: Record<string, { description: string }>;
}

const toJsonSchema = createJsonSchemaTransform({});
const withComponents = createJsonSchemaTransformObject({});

/** Call before the routes: it collects them as they are declared. */
export async function addOpenapi(app: ApiInstance, packageVersion: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Trainyard',
        version: packageVersion,
        description: [
          'Trains and serves small models: linear and logistic regression, perceptrons, multi-layer networks.',
          'Errors are RFC 9457 problems with a stable `code`; every answer carries `X-Request-Id`.',
          'HEAD is answered wherever GET is; any other method on a known path, OPTIONS too, is 405 with `Allow`.',
        ].join('\n\n'),
        license: { name: 'MIT', identifier: 'MIT' },
      },
      servers: [{ url: '/', description: 'The service that serves this document' }],
      tags,
      components: {
        securitySchemes: {
          api_key: {
            type: 'http',
            scheme: 'bearer',
            description: 'Not needed where the service runs without keys',
          },
        },
      },
    },
    convertConstToEnum: false,
    transform: (route) => {
      const { schema, url } = toJsonSchema(route as Parameters<typeof toJsonSchema>[0]);
      const { auth, upload, wireBody } = route.route.config ?? {};
      const documented = schema as Json;
      if (documented.hide !== true) {
        documented.security = auth === 'key' ? [{ api_key: [] }] : [];
        const media = upload ?? wireBody;
        if (media) documented.body = { content: uploadContent(media) };
      }
      return { schema: documented as FastifySchema, url };
    },
    transformObject: (document) => finished(withComponents(document)) as never,
  });
  await app.register(swaggerUi, { routePrefix: '/docs' });
}

/** The document itself, in both forms; hidden from itself. */
export function registerOpenapiRoutes(app: ApiInstance): void {
  const schema = { hide: true } as FastifySchema;
  app.get('/openapi.json', { config: { auth: 'public' }, schema }, async () => app.swagger());
  app.get('/openapi.yaml', { config: { auth: 'public' }, schema }, async (_request, reply) =>
    reply.type('application/yaml').send(app.swagger({ yaml: true })),
  );
}

function uploadContent(upload: Readonly<Record<string, UploadMediaType>>): Json {
  return Object.fromEntries(
    Object.entries(upload).map(([type, { description, schema }]) => [
      type,
      { schema: { ...schema, description } },
    ]),
  );
}

/** A plain copy, since YAML would write what two routes share as an anchor; each answer has its status's own words. */
function finished(document: unknown): Json {
  const copy = JSON.parse(JSON.stringify(document)) as Json & {
    paths: Record<string, Record<string, Operation>>;
  };
  for (const operation of Object.values(copy.paths).flatMap((path) => Object.values(path))) {
    for (const [status, response] of Object.entries(operation.responses)) {
      if (response.description === 'Default Response') response.description = STATUS_CODES[status] ?? status;
    }
  }
  return withoutUnusedSchemas(copy);
}

/**
 * Every named schema comes in an input and an output form; only those that some route reaches are of use. In the order of their
 * names: they come in that of the imports, which is another where other modules were loaded before.
 */
function withoutUnusedSchemas(document: Json): Json {
  const { components, ...rest } = document as { components: { schemas: Json } & Json };
  const used = new Set<string>();
  const visit = (value: unknown): void => {
    for (const [, name] of JSON.stringify(value).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      if (used.has(name!)) continue;
      used.add(name!);
      visit(components.schemas[name!]);
    }
  };
  visit(rest);
  const schemas = Object.fromEntries([...used].sort().map((name) => [name, components.schemas[name]]));
  return { ...rest, components: { ...components, schemas } };
}
