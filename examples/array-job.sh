#!/bin/sh
# array-job.sh LIST SHARED DB - one task of an array job on a cluster
#
# LIST is what mfind wrote, SHARED a folder that all nodes see. Each task takes
# every n-th source, the largest first, into a library of its own below SHARED
# and loads it into the one catalogue DB. Run again, it goes on with what is
# missing. See midiflow-cluster(7); with Slurm: sbatch --array=1-16 array-job.sh ...
#SBATCH --cpus-per-task=2 --mem=2G --requeue --open-mode=append
set -eu

[ $# -eq 3 ] || { echo "usage: array-job.sh list shared db" >&2; exit 2; }
task=${SLURM_ARRAY_TASK_ID:-1} tasks=${SLURM_ARRAY_TASK_COUNT:-1}
first=${SLURM_ARRAY_TASK_MIN:-1}
library=$2/task$task
mkdir -p "$library"
# What is loaded already is left out, so that a task may be run again.
sort -t "$(printf '\t')" -k 2,2nr "$1" | split -n "r/$((task - first + 1))/$tasks" |
	mdbnew -l "$2" -d "$3" | mextract -q -l "$library" | msanitize |
	msplit -q -l "$library" | manalyze -q | mtag | mdbload -q -l "$2" -d "$3"
