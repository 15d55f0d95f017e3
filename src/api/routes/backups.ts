/** `/api/v1/admin/backup`: everything that the service keeps, as one archive. */
import { z } from 'zod';
import type { ApiInstance } from '../api-instance.ts';
import type { ApiLimits } from '../limits.ts';
import { keyCodes, responses } from '../responses.ts';
import type { BackupService } from '../services/backups.ts';

const description = [
  'A tar archive of the data folder as it was at one moment: the database, every table, weights and checkpoint. Jobs go on meanwhile.',
  'Its last file, `manifest.json`, has the SHA-256 of all the others; an archive without it was cut short. `npm run restore` checks it',
  'and makes a data folder of it. One backup at a time: another is refused as `busy`.',
].join('\n');

export function registerBackupRoutes(app: ApiInstance, backups: BackupService, limits: ApiLimits): void {
  app.post(
    '/api/v1/admin/backup',
    {
      config: { auth: 'key' },
      schema: {
        tags: ['Operations'],
        operationId: 'backUp',
        summary: 'Download a consistent copy of everything',
        description,
        produces: ['application/x-tar'],
        response: responses(
          { 200: z.unknown().meta({ description: 'The archive' }) },
          ...keyCodes,
          'busy',
          'disk_full',
        ),
      },
    },
    async (_request, reply) => {
      const { fileName, archive } = await backups.start();
      // A client that takes nothing for so long has its connection cut: a backup holds a copy of the database.
      reply.raw.setTimeout(limits.exportIdleTimeoutMs);
      return reply
        .headers({
          'content-type': 'application/x-tar',
          'content-disposition': `attachment; filename="${fileName}"`,
        })
        .send(archive);
    },
  );
}
