/** `/api/v1/models/{model}/evaluate`: how well a version does on a dataset. */
import { EvaluateRequest } from '../../contracts/evaluate.ts';
import { Metrics } from '../../contracts/metrics.ts';
import type { ApiInstance } from '../api-instance.ts';
import { jsonBodyCodes, keyCodes, responses } from '../responses.ts';
import type { EvaluationService } from '../services/evaluations.ts';
import { versionTargets } from './version-targets.ts';

export function registerEvaluateRoutes(app: ApiInstance, evaluations: EvaluationService): void {
  for (const { path, suffix, by, params, missing, select } of versionTargets) {
    app.post(
      `/api/v1/models/:model${path}/evaluate`,
      {
        config: { auth: 'key' },
        schema: {
          tags: ['Predictions'],
          operationId: `evaluate${suffix}`,
          summary: `Measure ${by} on a dataset`,
          description:
            "Predicts every row that has a target and answers when all are measured; definitions are scikit-learn's. Rows without a target are left out, missing features follow the version's preprocessing.",
          params,
          body: EvaluateRequest,
          response: responses(
            { 200: Metrics },
            ...keyCodes,
            ...jsonBodyCodes,
            'model_not_found',
            missing,
            'unknown_reference',
            'unknown_column',
            'wrong_column_type',
            'unsuitable_dataset',
            'too_few_rows',
            'memory_exceeded',
            'model_corrupt',
            'busy',
            'data_process_restarted',
          ),
        },
      },
      async ({ params: named, body }) =>
        evaluations.evaluate((named as { model: string }).model, select(named), body.dataset),
    );
  }
}
