import type { ApplianceTemplate } from '../../../domain/resources.ts';
import type { ApplianceTemplateRecords } from '../../../ports/records.ts';
import type { Db } from '../db.ts';
import { insertRow, makeNamedQueries } from './named.ts';

export function makeApplianceTemplateRecords(db: Db): ApplianceTemplateRecords {
  return {
    ...makeNamedQueries<ApplianceTemplate>(db, {
      table: 'appliance_templates',
      usersSql: `SELECT 'copy job "' || name || '"' AS name FROM copy_jobs
        WHERE appliance_template_id = $1 AND deleted_at IS NULL ORDER BY name`,
    }),
    insert: ({ id, name, settings, keepWarmMinutes }) =>
      insertRow<ApplianceTemplate>(db, 'appliance_templates', {
        id,
        name,
        settings: JSON.stringify(settings),
        keep_warm_minutes: keepWarmMinutes,
      }),
    settings: async () => {
      const rows = await db.rows<Pick<ApplianceTemplate, 'settings'>>(
        'SELECT settings FROM appliance_templates WHERE deleted_at IS NULL',
      );
      return rows.map(({ settings }) => settings);
    },
  };
}
