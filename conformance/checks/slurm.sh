#!/bin/sh
# slurm.sh GOLDVI: a regression as a Slurm job array on a Slurm of one machine, which is
# started here, with one task killed and requeued, gives the report of one run; and so does
# GNU parallel.  Root and Debian's slurm-wlm, munge and parallel are needed.
set -eu
. conformance/setup.sh
need_command slurmctld slurm-wlm
need_command munged munge
need_command parallel parallel
install_missing
[ "$(id -u)" = 0 ] || { echo "skipped: a Slurm of one's own needs root"; exit 0; }
goldvi=$(realpath "$1")
vectors='vectors/host vectors/guest vectors/event vectors/register'
here=$(mktemp -d)
started=
end() {
	# shellcheck disable=SC2086 # a list
	[ -z "$started" ] || kill $started 2>/dev/null || true
	for file in slurmd slurmctld munged; do
		[ ! -s "$here/$file.pid" ] || kill "$(cat "$here/$file.pid")" 2>/dev/null || true
	done
	sleep 1
	rm -rf "$here"
}
trap end EXIT

# ---- A Slurm of one machine ---------------------------------------------------------

chmod 755 "$here"
mkdir "$here/munge" "$here/state" "$here/spool" "$here/results"
dd if=/dev/urandom of="$here/munge/key" bs=128 count=1 2>/dev/null
chmod 600 "$here/munge/key"
chown -R munge:munge "$here/munge"
setpriv --reuid munge --regid munge --clear-groups munged --foreground --force \
	--key-file="$here/munge/key" --socket="$here/munge/socket" --seed-file="$here/munge/seed" \
	--log-file="$here/munge/log" --pid-file="$here/munge/pid" >"$here/munged.log" 2>&1 &
started=$!

name=$(hostname -s)
cat >"$here/slurm.conf" <<END_OF_CONF
ClusterName=one
SlurmctldHost=$name(127.0.0.1)
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$here/munge/socket
SlurmctldPort=16817
SlurmdPort=16818
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SwitchType=switch/none
MpiDefault=none
ReturnToService=2
StateSaveLocation=$here/state
SlurmdSpoolDir=$here/spool
SlurmctldPidFile=$here/slurmctld.pid
SlurmdPidFile=$here/slurmd.pid
SlurmctldLogFile=$here/slurmctld.log
SlurmdLogFile=$here/slurmd.log
JobRequeue=1
NodeName=$name NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=all Nodes=$name Default=YES MaxTime=INFINITE State=UP
END_OF_CONF
SLURM_CONF=$here/slurm.conf
export SLURM_CONF
# until COMMAND...: waits at most a minute.
until_true() {
	for _ in $(seq 120); do
		"$@" >/dev/null 2>&1 && return 0
		sleep 0.5
	done
	echo "not within a minute: $*"
	tail -n 20 "$here"/*.log
	exit 1
}
until_true test -S "$here/munge/socket"
slurmctld
slurmd
is_idle() { sinfo -h -o %T | grep -q idle; }
until_true is_idle

# ---- The regression -------------------------------------------------------------------

# shellcheck disable=SC2086 # a list of vectors
"$goldvi" run --tap $vectors >"$here/whole"
export GOLDVI="$goldvi"
# shellcheck disable=SC2086
job=$(sbatch --parsable --chdir="$PWD" --output="$here/task-%a.log" --array=1-4 conformance/regress.slurm \
	"$here/results" --dut "pipe:exec '$goldvi' serve" $vectors)
running() { squeue -h -j "$job" -t running | grep -q .; }
until_true running
sleep 1
scontrol requeue "${job}_1" 2>"$here/requeue.log" || true
gone() { ! squeue -h -j "$job" 2>/dev/null | grep -q .; }
# A requeued job waits until its time has come again.
for _ in 1 2 3; do gone || sleep 1; done
scontrol update JobId="${job}_1" StartTime=now 2>/dev/null || true
for _ in 1 2 3; do gone || (until_true gone) || true; done
until_true gone
"$goldvi" merge --tap "$here"/results/*.jsonl >"$here/merged" || { cat "$here"/task-*.log; exit 1; }

# The device behind a pipe says the same as the built-in model.
cmp "$here/whole" "$here/merged"
echo "Slurm: $(tail -n 1 "$here/merged" | cut -c 3-)"

# shellcheck disable=SC2086
parallel --will-cite -j 2 "$goldvi" run --shard '{}/4' --resume "$here/p{}.jsonl" $vectors ::: 1 2 3 4 \
	>"$here/parallel" 2>&1 || { cat "$here/parallel"; exit 1; }
"$goldvi" merge --tap "$here"/p?.jsonl >"$here/merged"
cmp "$here/whole" "$here/merged"
echo "GNU parallel: $(tail -n 1 "$here/merged" | cut -c 3-)"
