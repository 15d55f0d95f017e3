/** What a backup's archive says of itself, in its last file: how it can be told whole and unharmed. */
import { z } from 'zod';
import { Timestamp } from './names.ts';

export const backupFormat = 'trainyard-backup/1';

/** Name of the manifest in the archive. It comes last, so that an archive that was cut short has none. */
export const manifestName = 'manifest.json';

export const BackupManifest = z.strictObject({
  format: z.literal(backupFormat),
  created_at: Timestamp,
  package_version: z.string(),
  /** All other files of the archive, in their order. */
  files: z.array(
    z.strictObject({
      name: z.string(),
      bytes: z.int().min(0),
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
    }),
  ),
});
export type BackupManifest = z.infer<typeof BackupManifest>;
