/** `npm run restore -- <archive> <folder>`: makes a data folder of a backup and proves it; `-` reads the archive from stdin. */
import { open } from 'node:fs/promises';
import { StoreRefusal } from '../src/store/ports.ts';
import { restoreArchive } from '../src/store/sqlite/restore.ts';

const [archive, target] = process.argv.slice(2);
if (!archive || !target) {
  console.error('usage: npm run restore -- <archive.tar, or - for stdin> <empty or new folder>');
  process.exit(2);
}
try {
  const source = archive === '-' ? process.stdin : (await open(archive)).createReadStream();
  const { createdAt, files, bytes, datasets, models, versions, jobs } = await restoreArchive(source, target);
  console.log(
    `restored ${target} as it was at ${createdAt}: ${files} files, ${bytes} bytes, every hash right,`,
  );
  console.log(
    `integrity_check ok, ${datasets} datasets, ${models} models, ${versions} versions, ${jobs} jobs. Start with DATA_DIR=${target}`,
  );
} catch (error) {
  const { code } = error as NodeJS.ErrnoException;
  if (!(error instanceof StoreRefusal) && code === undefined) throw error;
  console.error(`cannot restore: ${(error as Error).message}`);
  process.exit(1);
}
