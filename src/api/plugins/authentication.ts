/** Decides who may call: holders of a key where keys are set; without keys only this machine, and no web page of another site. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { TrainyardError } from '../../errors.ts';
import type { ApiInstance } from '../api-instance.ts';

export interface AccessPolicy {
  readonly apiKeys: readonly string[];
  readonly allowAnonymous: boolean;
}

const loopbackHost = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/i;
const loopbackOrigin = /^https?:\/\/(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/i;

export function addAuthentication(app: ApiInstance, { apiKeys, allowAnonymous }: AccessPolicy): void {
  const hashes = apiKeys.map(hashOf);
  app.decorateRequest('keyHolder', '');
  app.addHook('onRoute', (route) => {
    // The documentation pages come from a plugin that declares routes of its own.
    if (/^\/docs(\/|$)/.test(route.url)) route.config = { ...route.config, auth: 'public' };
    const auth = route.config?.auth;
    if (auth !== 'key' && auth !== 'public') {
      throw new Error(`${String(route.method)} ${route.url} does not say who may call it: config.auth`);
    }
  });
  app.addHook('onRequest', (request, _reply, done) => {
    if (hashes.length > 0) {
      if (request.routeOptions.config.auth === 'key') request.keyHolder = checkKey(request, hashes);
    } else if (!allowAnonymous) {
      checkLoopback(request);
    }
    done();
  });
}

/** @returns the hash of the key */
function checkKey(request: FastifyRequest, hashes: readonly Buffer[]): string {
  const header = request.headers.authorization;
  const key = /^Bearer +([\x21-\x7e]+) *$/i.exec(header ?? '')?.[1];
  // Equal-length hashes compare in constant time, and every key is compared, so time tells neither the key nor which one.
  const given = hashOf(key ?? '');
  const matches = hashes.filter((hash) => timingSafeEqual(hash, given)).length;
  if (key !== undefined && matches > 0) return given.toString('hex');
  const fault = header === undefined ? '' : ', error="invalid_token"';
  throw new TrainyardError('unauthorized', 'expected "Authorization: Bearer <key>" with a valid key', {
    headers: { 'www-authenticate': `Bearer realm="trainyard"${fault}` },
  });
}

/** A page of a foreign site can reach a loopback port, under its own name (DNS rebinding) or with its own Origin. */
function checkLoopback(request: FastifyRequest): void {
  const { host, origin } = request.headers;
  if (!loopbackHost.test(host ?? '')) {
    throw new TrainyardError(
      'forbidden_host',
      `expected Host localhost, 127.0.0.1 or [::1], got ${quoted(host)}`,
    );
  }
  if (origin !== undefined && !loopbackOrigin.test(origin)) {
    throw new TrainyardError(
      'forbidden_host',
      `expected no Origin or one on localhost, got ${quoted(origin)}`,
    );
  }
}

function quoted(value: string | undefined): string {
  return value === undefined ? 'none' : JSON.stringify(value.slice(0, 100));
}

function hashOf(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
