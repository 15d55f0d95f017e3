/** The streams of a job's seed, one for each use of chance: a new use takes a new number and changes none of the others. */

export const randomStreams = { split: 1, initialize: 2, shuffle: 3, dropout: 4, probe: 5 } as const;
