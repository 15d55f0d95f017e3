/** The types that every route shares: the app with zod schemas, and what a route's `config` must say. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';

export type ApiInstance = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;

declare module 'fastify' {
  interface FastifyRequest {
    /** Whose API key came with the request, as a hash; empty without one. */
    keyHolder: string;
  }
  interface FastifyContextConfig {
    /** Who may call the route: holders of an API key, or everyone. */
    auth: 'key' | 'public';
    /** The handler reads the raw body itself, in one of these media types; its documentation stands beside each. */
    upload?: Readonly<Record<string, UploadMediaType>>;
    /** Called thousands of times a second: a line of log for each would cost more than the answer. */
    isFrequent?: boolean;
    /**
     * A route of another system's wire: its handler gets the body's bytes, whatever their content type says, with gzip and deflate
     * undone. What stands here is for the OpenAPI document.
     */
    wireBody?: Readonly<Record<string, UploadMediaType>>;
    /** In place of the general bound, for a route that checks its long array a piece at a time. */
    maxJsonElements?: number;
  }
}

export interface UploadMediaType {
  readonly description: string;
  /** JSON schema of the body, for the OpenAPI document. */
  readonly schema: Readonly<Record<string, unknown>>;
}
