#!/usr/bin/env bats
# mprogress - a test a promise of the page
bats_require_minimum_version 1.5.0
load helper
load helper_smf

# A collection of 20 files, 5 of them damaged, and its counters in st.
watched() {
	need mextract
	mkdir src st
	for i in {1..15}; do mid src/a$i.mid 0 96 "00 90 $(printf %02x $((40 + i))) 40 60 80 3c 40"; done
	for i in {1..5}; do echo no >src/b$i.mid; done
	MIDIFLOW_STATUS=$PWD/st
	export MIDIFLOW_STATUS
}

@test "the panel says what each stage did, and agrees with the records" {
	watched
	mfind src | mextract -q -l lib | msanitize | manalyze >out || true
	run -0 mprogress -1
	echo "$output"
	sed -E 's/[0-9]+:[0-9]+/T/; s#[0-9,]+/s#R/s#; s/ +$//' <<<"$output" >got
	diff got - <<'X'
100 %  T  done  20 files, R/s  5 failed
mfind      [##########################] 100 %         20
mextract   [##########################] 100 %         20/20                    !
msanitize  [##########################] 100 %         20/20
manalyze   [##########################] 100 %         20/20
failed: not-midi 5
X
	[ "$(wc -l <out)" = 20 ]
}

@test "processes of one filter are one stage" {
	watched
	mfind src >list
	head -n 12 list | mextract -q -l lib >a || true
	tail -n 8 list | mextract -q -l lib >b || true
	run -0 mprogress -1
	grep -Eq '^mextract .* 20/20' <<<"$output"
}

@test "where there is no terminal it prints lines, and ends when all has" {
	watched
	(sleep 2 | mextract -l lib >out) &
	run -0 --separate-stderr timeout 20 mprogress -i .3
	[ -z "$output" ]
	[[ "${stderr_lines[0]}" = *'%, '*' elapsed'* ]]
	[ "${#stderr_lines[@]}" -ge 4 ]
	wait
}

@test "on a terminal the bars move, in colour or without, and fit its width" {
	need tmux
	watched
	for size in 80x24 120x40 40x10; do
		rm -f st/*
		tmux -L mprogress$$ -f /dev/null new-session -d -x ${size%x*} -y ${size#*x} \
			"env PATH='$PATH' MIDIFLOW_STATUS='$PWD/st' NO_COLOR=${no_colour:-} sh -c '
			(mfind src; sleep 2) | mextract -q -l lib | msanitize >out & mprogress; sleep 30'"
		for _ in {1..50}; do
			sleep .2
			tmux -L mprogress$$ capture-pane -p >screen
			if grep -q '^100 %.*done' screen && grep -q '^msanitize .*100 %' screen; then break; fi
		done
		tmux -L mprogress$$ kill-server
		cat screen
		grep -q '^100 %' screen
		grep -q '^mextract .*100 %' screen
		# One panel, drawn over itself.
		[ "$(grep -c '^mextract' screen)" = 1 ]
		[ "$(awk '{ if (length($0) > m) m = length($0) } END { print m }' screen)" -lt "${size%x*}" ]
		no_colour=1
	done
}

@test "SIGUSR1 makes any filter print one line" {
	mid a.mid 0 96 '00 90 3c 40 60 80 3c 40'
	for tool in msanitize manalyze; do
		mkfifo p
		$tool <p >out 2>err &
		exec 9>p
		echo a.mid >&9
		sleep .5
		kill -USR1 $!
		sleep .3
		exec 9>&-
		wait $!
		rm p
		[ "$(cat err)" = "$tool: 1 records read, 1 written, 0 failed" ]
		[ "$(wc -l <out)" = 1 ]
	done
}

@test "a filter that is killed has ended" {
	watched
	mkfifo in.fifo
	mextract -l lib <in.fifo >out &
	exec 9>in.fifo
	until grep -qs mextract st/*; do sleep .05; done
	kill -9 $!
	run -0 timeout 10 mprogress -i .2
	exec 9>&-
}

@test "a folder that is not there has nothing to show; a wrong call is exit 2" {
	unset MIDIFLOW_STATUS
	run -2 mprogress
	[[ "$output" = usage:* ]]
	run -2 mprogress -i never x
	[ "$output" = 'mprogress: never: not a number of seconds' ]
	: >file
	run -2 mprogress -1 file
	[ "$output" = 'mprogress: file: Not a directory' ]
	run -0 mprogress -1 gone
}
