/** Bugs that the checks must catch, and faults that the service must survive: text of the source, and what stands in its place. */

interface Change {
  readonly file: RegExp;
  readonly from: string;
  readonly to: string;
}

const connection = /\/src\/store\/sqlite\/connection\.ts$/;
const worker = /\/src\/trainer\/worker\.ts$/;
const onEpoch = 'onEpoch: (record) => {';

export const plants: Readonly<Record<string, readonly Change[]>> = {
  /** The API answers when its transaction is done but for the commit, which follows a second later. */
  'reply before commit': [
    {
      file: connection,
      from: 'result = transaction.immediate(work) as T;',
      to: `if (process.argv.includes('trainer')) result = transaction.immediate(work) as T;
      else {
        if (!database.inTransaction) {
          database.exec('BEGIN IMMEDIATE');
          setTimeout(() => database.exec('COMMIT'), 1_000);
        }
        result = work() as T;
      }`,
    },
  ],
  /** A resumed network goes on with moments of 0. */
  'moments not saved': [
    {
      file: /\/src\/training\/mlp-state\.ts$/,
      from: `network.layout.fill(block, state.tensors[\`tensor.\${name}\`]);`,
      to: 'block.fill(0), void name;',
    },
  ],
  /** Whoever names a running job may write to it. */
  'fence dropped': ['progress', 'claims', 'endings'].map((part) => ({
    file: new RegExp(`/src/store/sqlite/job-${part}\\.ts$`),
    from: "AND attempt = @attempt AND state = 'running'",
    to: "AND state = 'running'",
  })),
  /** Commits reach the disk when the next checkpoint of the log does. */
  'synchronous normal': [
    { file: connection, from: 'synchronous = FULL', to: 'synchronous = NORMAL' },
    { file: connection, from: 'const synchronousFull = 2;', to: 'const synchronousFull = 1;' },
  ],
  /** The first thread that trains a job of seed 666 hangs in its 20th epoch, and is given up after 2 s. */
  'thread hangs': [
    {
      file: worker,
      from: onEpoch,
      to: `${onEpoch}
        if (start.config.seed === 666 && record.epoch === 20) {
          const mark = process.env.DATA_DIR + '/hung';
          if (!process.getBuiltinModule('fs').existsSync(mark)) {
            process.getBuiltinModule('fs').writeFileSync(mark, '');
            for (;;);
          }
        }`,
    },
    {
      file: /\/src\/roles\/trainer-role\.ts$/,
      from: 'const stallMs = 120_000;',
      to: 'const stallMs = 2_000;',
    },
  ],
  /** A job of seed 666 takes 64 MiB more each epoch. */
  'memory leaks': [
    {
      file: worker,
      from: onEpoch,
      to: `${onEpoch} if (start.config.seed === 666) (globalThis.hoard ??= []).push(new Uint8Array(2 ** 26).fill(1));`,
    },
  ],
  /** A job of seed 666 kills its trainer in its 5th epoch. */
  'job is poison': [
    {
      file: worker,
      from: onEpoch,
      to: `${onEpoch} if (start.config.seed === 666 && record.epoch === 5) process.kill(process.pid, 'SIGKILL');`,
    },
  ],
};
