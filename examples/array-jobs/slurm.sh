#!/bin/bash
# One folder of pages on a shared file system, done by 16 jobs of Slurm, and put together by one more:
#
#   sbatch slurm.sh news /data/pages /data/out
#
# Submit it again after anything went wrong, with as many jobs as you like: what is done is not done again.
#SBATCH --job-name=copydesk
#SBATCH --array=1-16
#SBATCH --cpus-per-task=4
#SBATCH --mem=4G
#SBATCH --time=12:00:00
set -euo pipefail

pipeline=$1 pages=$2 out=$3

# 1 says that documents are in quarantine, which is no reason to stop.
copydesk run "$pipeline" "$pages" --out "$out" --threads "${SLURM_CPUS_PER_TASK:-1}" \
    --shard "$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT" || [ $? -eq 1 ]

# The first job hands in the one that puts all of it together; it starts when no job of the array is left. If some failed,
# it refuses and says what is missing.
if [ "$SLURM_ARRAY_TASK_ID" -eq 1 ]; then
    sbatch --dependency="afterany:$SLURM_ARRAY_JOB_ID" --job-name=copydesk-merge --cpus-per-task=1 --mem=4G --time=4:00:00 \
        --wrap="copydesk merge $(printf '%q ' "$pipeline" "$pages") --out $(printf '%q' "$out")"
fi
