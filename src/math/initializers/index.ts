/** Every weight initializer by the name that a model config gives it. */
import { glorot } from './glorot.ts';
import { he } from './he.ts';
import type { Initializer } from './initializer.ts';
import { lecun } from './lecun.ts';

export type { Initializer } from './initializer.ts';

const registry = { he, glorot, lecun } satisfies Record<string, Initializer>;

export type InitializerName = keyof typeof registry;
export const initializers: Readonly<Record<InitializerName, Initializer>> = registry;
export const initializerNames = Object.keys(registry) as [InitializerName, ...InitializerName[]];
