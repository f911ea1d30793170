#!/usr/bin/env bash
# What CI has no time or no packages for: KServe's protocols, Ray Train, the guide of several workers,
# the notebooks that train longest, the examples of docs/tools.md.
# Each package in an environment of its own below FOLDER, which is kept for the next time.
#
#     bash tests/integrations.sh [FOLDER]
set -euo pipefail
cd "$(dirname "$0")/.."
folder=${1:-.integrations}
for name in kserve ray; do
  [ -d "$folder/$name" ] || python3 -m venv "$folder/$name"
  "$folder/$name/bin/pip" install --quiet -r requirements.txt -r "docs/servers/$name.txt"
done
"$folder/kserve/bin/python" -m pytest -n 0 tests/serving/test_kserve.py
VSC_TF_INTEGRATIONS=1 "$folder/ray/bin/python" -m pytest -n 0 tests/workers/test_ray.py tests/workers/test_guide.py \
  tests/test_notebooks.py
"$folder/ray/bin/python" -m benchmarks.tools "$folder/tools"
