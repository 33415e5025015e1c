# vocab.awk - share/tags.tsv as the C array vocab_lines, a string a line.
BEGIN {
	print "/* vocab_lines - made from share/tags.tsv */"
	print "#include \"config.h\"\n\n#include \"words/vocab.h\"\n"
	print "const char *const vocab_lines[] = {"
}
/^#/ || /^$/ { next }
{
	gsub(/\\/, "\\\\")
	gsub(/"/, "\\\"")
	gsub(/\t/, "\\t")
	printf "\t\"%s\",\n", $0
}
END { print "\tNULL\n};" }
