/** Sends an answer that was written piece by piece. */
import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';

/** Few pieces go as one; many as a stream, so that no step of sending is long. Already serialised: Fastify wraps neither. */
export function sendPieces(reply: FastifyReply, pieces: readonly string[], mediaType: string): FastifyReply {
  return reply.type(mediaType).send(pieces.length < 8 ? pieces.join('') : Readable.from(pieces));
}
