/** The error body of every native route: RFC 9457 problem details. */
import { z } from 'zod';

export const Problem = z
  .strictObject({
    type: z
      .string()
      .meta({ description: 'URI that names the kind of problem: `urn:trainyard:problem:` and the code' }),
    title: z.string(),
    status: z.int(),
    code: z.string().meta({ description: 'Stable lower_snake word; see docs/errors.md' }),
    detail: z.string(),
    instance: z.string().meta({ description: 'Path of the request' }),
    request_id: z.string(),
    errors: z
      .array(
        z.strictObject({
          pointer: z.string().optional(),
          line: z.int().optional(),
          column: z.string().optional(),
          code: z.string(),
          message: z.string(),
        }),
      )
      .optional(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457 problem details' });
export type Problem = z.infer<typeof Problem>;
