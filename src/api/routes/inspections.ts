/** `/api/v1/models/{model}/versions/{version}/collapse` and `/check-gradients`: what can be proved of a version's arithmetic. */
import { Collapse, GradientCheck } from '../../contracts/inspections.ts';
import type { ApiInstance } from '../api-instance.ts';
import { keyCodes, responses } from '../responses.ts';
import type { InspectionService } from '../services/inspections.ts';
import { VersionParams } from './path-params.ts';

const base = '/api/v1/models/:model/versions/:version';
const tags = ['Versions'];

/** What either may meet. */
const inspectionCodes = [
  'model_not_found',
  'version_not_found',
  'dataset_not_found',
  'model_too_large',
  'model_corrupt',
  'data_process_restarted',
  'busy',
] as const;

export function registerInspectionRoutes(app: ApiInstance, inspections: InspectionService): void {
  app.get(
    `${base}/collapse`,
    {
      config: { auth: 'key' },
      schema: {
        tags,
        operationId: 'collapseVersion',
        summary: 'Fold layers with nothing but affine maps between them into one',
        description:
          'A hidden layer with the activation identity and the layer after it are one affine map. Computes it, and measures by how much the folded model differs on rows of the dataset that the version was trained on: by rounding alone.',
        params: VersionParams,
        response: responses(
          { 200: Collapse },
          ...keyCodes,
          ...inspectionCodes,
          'nothing_to_collapse',
          'answer_too_large',
        ),
      },
    },
    async (request) => inspections.collapse(request.params.model, request.params.version),
  );

  app.post(
    `${base}/check-gradients`,
    {
      config: { auth: 'key' },
      schema: {
        tags,
        operationId: 'checkGradients',
        summary: 'Compare the gradient with finite differences',
        description:
          "In float64, at the version's weights, on up to 64 rows of the dataset that it was trained on: J with its penalty, without class weights and dropout. Takes no body.",
        params: VersionParams,
        response: responses({ 200: GradientCheck }, ...keyCodes, ...inspectionCodes, 'no_gradient'),
      },
    },
    async (request) => inspections.checkGradients(request.params.model, request.params.version),
  );
}
