/** Sends an answer that was written piece by piece. */
import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';

/** Few pieces go as one; many as a stream, so that no step of sending is long. Already serialised: Fastify wraps neither. */
export function sendPieces(reply: FastifyReply, pieces: readonly string[], mediaType: string): FastifyReply {
  return reply.type(mediaType).send(pieces.length < 8 ? concatenated(pieces) : Readable.from(pieces));
}

/** Unlike `join` it copies nothing yet: that is done once, with the head of the answer before it. */
function concatenated(pieces: readonly string[]): string {
  let text = '';
  for (const piece of pieces) text += piece;
  return text;
}
