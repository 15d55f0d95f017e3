/** Answers bytes that never became a request: the parser's refusals and its timeouts, written to the raw socket. */
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyServerOptions } from 'fastify';
import { type ErrorCode, TrainyardError } from '../../errors.ts';
import type { ApiInstance } from '../api-instance.ts';
import type { HttpSocket } from '../http-server.ts';
import type { ApiLimits } from '../limits.ts';
import { type ProblemAnswer, problemAnswer, requestIdHeader } from '../problem.ts';
import { drainBody } from '../receive-body.ts';
import { createRequestId } from '../request-id.ts';

type ParserError = Parameters<NonNullable<FastifyServerOptions['clientErrorHandler']>>[0];

export function createClientErrorHandler(limits: ApiLimits) {
  return function clientErrorHandler(
    this: { log: ApiInstance['log'] },
    error: ParserError,
    socket: HttpSocket,
  ): void {
    const hasAnswerStarted = socket._httpMessage?.headersSent === true;
    if (socket.writable && !hasAnswerStarted && error.code !== 'ECONNRESET') {
      const refusal = refusalOf(error, limits);
      const requestId = createRequestId();
      this.log.info({ request_id: requestId, code: refusal.code, parser: error.code }, 'connection refused');
      socket.end(rawAnswer(refusal, requestId));
    }
    socket.destroySoon();
  };
}

/** What Node would refuse by itself: `Expect:` with anything but 100-continue (a 417 without a body), and CONNECT (silence). */
export function addHeadRefusals(app: ApiInstance, limits: ApiLimits): void {
  app.server.on('connect', (_request: IncomingMessage, socket: Socket) => {
    const requestId = createRequestId();
    socket.end(
      rawAnswer(new TrainyardError('malformed_request', 'CONNECT is for proxies; this is none'), requestId),
    );
    socket.on('error', () => {});
  });
  app.server.on('checkExpectation', async (request: IncomingMessage, response: ServerResponse) => {
    const refusal = new TrainyardError('expectation_failed', 'expected "100-continue" or no Expect header');
    const requestId = createRequestId();
    app.log.info({ request_id: requestId, code: refusal.code }, 'request refused');
    const answer = problemAnswer(refusal, request.url ?? '', requestId);
    await drainBody(request, limits.maxDrainBytes, limits.drainTimeoutMs);
    response.writeHead(answer.status, headersOf(answer, requestId)).end(answer.body);
  });
}

function refusalOf(error: ParserError, limits: ApiLimits): TrainyardError {
  const code = codeOf(error, limits);
  const details: Partial<Record<ErrorCode, string>> = {
    request_timeout: `expected complete headers within ${limits.headersTimeoutMs / 1000} s`,
    uri_too_long: `expected a URL of at most ${limits.maxUrlLength} characters`,
    headers_too_large: `expected at most ${limits.maxHeaderBytes} bytes of headers`,
    incomplete_body: 'the connection was closed before the end of the body',
    payload_too_large: 'the extensions of the chunks are too long',
  };
  return new TrainyardError(code, details[code] ?? 'expected an HTTP/1.1 request', { cause: error });
}

function codeOf(error: ParserError, limits: ApiLimits): ErrorCode {
  switch (error.code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return 'request_timeout';
    case 'HPE_HEADER_OVERFLOW':
      return hasEndlessFirstLine(error, limits.maxUrlLength) ? 'uri_too_long' : 'headers_too_large';
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return 'payload_too_large';
    case 'HPE_INVALID_EOF_STATE':
      return 'incomplete_body';
    default:
      return 'malformed_request';
  }
}

function hasEndlessFirstLine(error: ParserError, maxUrlLength: number): boolean {
  // Fastify's type shows the packet as JSON would; it is a Buffer.
  const packet = error.rawPacket as unknown as Buffer | undefined;
  if (!packet) return false;
  const end = packet.indexOf('\r\n');
  return end === -1 || end > maxUrlLength;
}

function rawAnswer(refusal: TrainyardError, requestId: string): string {
  const answer = problemAnswer(refusal, '', requestId);
  const lines = Object.entries(headersOf(answer, requestId)).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${answer.status} ${STATUS_CODES[answer.status]}\r\n${lines.join('')}\r\n${answer.body}`;
}

function headersOf(answer: ProblemAnswer, requestId: string): Record<string, string> {
  return {
    ...answer.headers,
    [requestIdHeader]: requestId,
    'content-length': String(Buffer.byteLength(answer.body)),
    connection: 'close',
  };
}
