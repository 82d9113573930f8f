import { openStates } from '../../../domain/session-state.ts';

/** Every column of a session `s`, with how its objects ended. */
export const sessionColumns = `s.*, (
  SELECT jsonb_build_object(
    'total', count(*),
    'success', count(*) FILTER (WHERE o.status = 'success'),
    'warning', count(*) FILTER (WHERE o.status = 'warning'),
    'failed', count(*) FILTER (WHERE o.status = 'failed'),
    'unchanged', count(*) FILTER (WHERE o.status = 'unchanged'))
  FROM session_objects o WHERE o.session_id = s.id) AS object_counts`;

export const openStatesSql = openStates.map((state) => `'${state}'`).join(', ');
