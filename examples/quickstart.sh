#!/usr/bin/env bash
# The README's five curls against a running service (TRAINYARD_URL, by default http://127.0.0.1:8080).
set -euo pipefail
cd "$(dirname "$0")"
api="${TRAINYARD_URL:-http://127.0.0.1:8080}/api/v1"
json='Content-Type: application/json'
call() { curl -sS --fail-with-body "$@"; }

echo '1. Send a table:'
dataset=$(call "$api/datasets?name=iris" -H 'Content-Type: text/csv' --data-binary @iris.csv)
echo "$dataset"
dataset_id=$(grep -o 'ds_[0-9a-z]*' <<<"$dataset" | head -n 1)

echo '2. Say what the model is:'
call -X PUT "$api/models/iris" -H "$json" -d '{
  "type": "mlp", "target": "species",
  "hidden_layers": [{"units": 16, "activation": "relu"}],
  "optimizer": {"type": "adam", "learning_rate": 0.01}}'
echo

echo '3. Start a job and wait for it:'
job=$(call "$api/jobs" -H "$json" -d "{\"model\": \"iris\", \"dataset\": \"$dataset_id\"}")
job_id=$(grep -o 'job_[0-9a-z]*' <<<"$job" | head -n 1)
call "$api/jobs/$job_id?wait=30"
echo

echo '4. See how the loss fell:'
call "$api/jobs/$job_id/history?max_points=5"
echo

echo '5. Predict:'
call "$api/models/iris/predict" -H "$json" -d '{"rows": [
  {"sepal_length": 5.1, "sepal_width": 3.5, "petal_length": 1.4, "petal_width": 0.2},
  {"sepal_length": 6.7, "sepal_width": 3.0, "petal_length": 5.2, "petal_width": 2.3}]}'
echo
