import { type Static, Type } from 'typebox';
import { open } from './fields.ts';

/** Every error of the API: RFC 9457, with Firn's code and what to do. */
export const Problem = open('Problem', {
  type: Type.String({ description: 'urn:firn:error:<code>' }),
  title: Type.String({ description: 'The meaning of the code' }),
  status: Type.Integer({ minimum: 400, maximum: 599 }),
  detail: Type.String({ description: 'What happened, with names and numbers' }),
  code: Type.String({ description: 'docs/errors.md lists all' }),
  help: Type.String({ description: 'What to do' }),
  retry: Type.Enum(['never', 'later', 'after-repair']),
  errors: Type.Optional(
    Type.Array(Type.Object({ path: Type.String(), message: Type.String() }), {
      description: 'One per invalid field of a request',
    }),
  ),
});
export type Problem = Static<typeof Problem>;

/** An error inside a resource: of a session, an object, an item. */
export const ProblemSummary = open('ProblemSummary', {
  code: Type.String(),
  message: Type.String(),
  help: Type.String(),
  retry: Type.String(),
});
export type ProblemSummary = Static<typeof ProblemSummary>;
