/** The route that predict is measured against: Fastify alone, which reads the same JSON body and sends the same bytes. */
import Fastify from 'fastify';

const answer = process.argv[2];
if (answer === undefined) throw new Error('expected the answer to send');

const app = Fastify();
app.post('/predict', async (_request, reply) => reply.type('application/json; charset=utf-8').send(answer));
await app.listen({ host: '127.0.0.1', port: 0 });
const { port } = app.server.address() as { port: number };
process.send?.(`http://127.0.0.1:${port}`);
process.once('disconnect', () => process.exit());
