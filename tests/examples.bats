#!/usr/bin/env bats
# examples - the scripts of examples/ do what their first lines say
load helper

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	E=$abs_top_srcdir/examples
	export MIDI_LIBRARY=$PWD/lib
	need mextract mdbload mdbfind
}

# two_fills: a funk fill at 95, and what is none.
two_fills() {
	mkdir -p "src/Funk Drums"
	# 60e6 / 95 is 0x09a31a.
	mid "src/Funk Drums/Funk Fill 01.mid" 0 96 "00 ff5103 09a31a 00 99 24 60 60 89 24 40 00 99 26 60 60 89 26 40"
	mid "src/Funk Drums/Funk Fill 02.mid" 0 96 "00 ff5103 07a120 00 99 24 60 60 89 24 40 00 99 2e 60 60 89 2e 40"
	mid "src/Funk Drums/Verse 01.mid" 0 96 "00 ff5103 09a31a 00 99 24 60 60 89 24 40 00 99 2a 60 60 89 2a 40"
}

take_in() {
	mfind src | mextract -q -l lib | msanitize | manalyze -q | mtag | mdbload -q -l lib
}

@test "funk-fills.sh lists and links all funk fills between 90 and 100 BPM" {
	two_fills
	take_in
	run -0 "$E/funk-fills.sh" found
	[ "${#lines[@]}" = 1 ]
	[[ "$output" = "Funk_Fill_01.mid${tab}95.00${tab}"*section:fill* ]]
	[ "$(cat found/*)" = "$(cat "src/Funk Drums/Funk Fill 01.mid")" ]
	[ "$(ls found | wc -l)" = 1 ]
}

@test "listen.sh writes a sound file for each that the query finds, once" {
	command -v fluidsynth || need timidity
	[ -r "${SOUNDFONT:-/usr/share/sounds/sf2/default-GM.sf2}" ] || need timidity
	two_fills
	take_in
	run -0 "$E/listen.sh" heard --bpm 90-100
	[ "${#lines[@]}" = 2 ]
	for f in heard/*; do
		[[ "$f" = *.wav ]]
		[ "$(head -c 4 "$f")" = RIFF ]
		# Not silence.
		[ "$(tail -c +45 "$f" | tr -d '\0' | head -c 10000 | wc -c)" = 10000 ]
	done
	run -0 "$E/listen.sh" heard --bpm 90-100
	[ -z "$output" ]
	run -0 "$E/listen.sh" heard --name nothing
	[ -z "$output" ]
}

@test "to-drive.sh puts a folder on a drive, and what is new when it runs again" {
	need mexport-mpc
	two_fills
	mv "src/Funk Drums/Verse 01.mid" .
	run -0 "$E/to-drive.sh" src drive
	[ "${lines[-1]}" = "on drive: 2 patterns" ]
	mv "Verse 01.mid" src
	run -0 "$E/to-drive.sh" src drive
	[ "${lines[-1]}" = "on drive: 3 patterns" ]
}

@test "watch.sh shows the pipe at work and takes everything in" {
	need mprogress
	two_fills
	run -0 "$E/watch.sh" src
	[ -n "$output" ]
	[ "$(mdbfind -d lib/midiflow.db --count)" = 3 ]
}

@test "two-machines.sh: two hosts of sshd, one of which is not there, and the same catalogue" {
	need parallel ssh ssh-keygen
	local sshd port=$((20000 + RANDOM % 20000)) wait
	sshd=$(command -v sshd || ls /usr/sbin/sshd) || skip "no sshd"
	[ "$(id -u)" -ne 0 ] || mkdir -p /run/sshd 2>/dev/null || skip "no /run/sshd"
	ssh-keygen -q -t ed25519 -N '' -f host
	ssh-keygen -q -t ed25519 -N '' -f key
	# sshd wants folders that nobody else may write to: not this one.
	cat >sshd_config <<-END
		Port $port
		ListenAddress 127.0.0.1
		HostKey $PWD/host
		AuthorizedKeysFile $PWD/key.pub
		PidFile none
		StrictModes no
		UsePAM no
		PermitRootLogin yes
	END
	"$sshd" -D -e -f sshd_config 2>sshd.log 3>&- &
	echo $! >sshd.pid
	printf '#!/bin/sh\nexec ssh -F %s "$@"\n' "$PWD/ssh_config" >ssh.sh
	chmod +x ssh.sh
	cat >ssh_config <<-END
		Host east west
		HostName 127.0.0.1
		IdentityFile $PWD/key
		StrictHostKeyChecking no
		UserKnownHostsFile /dev/null
		LogLevel ERROR
		BatchMode yes
		Host east
		Port $port
		Host west
		Port 1
	END
	for wait in 1 2 3 4 5 6 7 8 9 10; do
		! ./ssh.sh east true 2>/dev/null || break
		sleep 0.2
	done
	./ssh.sh east true || { kill "$(cat sshd.pid)"; skip "sshd lets nobody in: $(tail -n 1 sshd.log)"; }
	two_fills
	for i in 1 2 3 4 5 6 7 8 9; do song "src/$i.mid" "$i"; done
	printf '1/east\n1/west\n' >hosts
	SSH=$PWD/ssh.sh run -0 --separate-stderr "$E/two-machines.sh" hosts src
	kill "$(cat sshd.pid)"
	[ "$output" = 12 ]
	mfind src | mextract -q -l lib2 | msanitize | msplit -q -l lib2 | manalyze -q | mtag | mdbload -q -l lib2
	diff <(mdbfind -d lib/midiflow.db | cut -f2-10,13- | sort) <(mdbfind -d lib2/midiflow.db | cut -f2-10,13- | sort)
}

@test "array-job.sh: three tasks, one of them twice, and the catalogue of a single run" {
	need mdbnew
	two_fills
	for i in 1 2 3 4 5 6 7 8 9; do song "src/$i.mid" "$i"; done
	(cd src && pack ../src/a.zip 1.mid 2.mid)
	mfind src >list
	mkdir shared
	for i in 1 2 3 2; do
		SLURM_ARRAY_TASK_ID=$i SLURM_ARRAY_TASK_COUNT=3 \
			run -0 "$E/array-job.sh" list "$PWD/shared" shared/midiflow.db
	done
	take_in
	[ "$(mdbfind -d shared/midiflow.db --count)" = 12 ]
	diff <(mdbfind -d shared/midiflow.db --hashes | sort) <(mdbfind -d lib/midiflow.db --hashes | sort)
	[ "$(sqlite3 shared/midiflow.db 'SELECT count(*) FROM location')" = 14 ]
}
