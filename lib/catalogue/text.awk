# text.awk - a file as a C string (-v name=…), without the lines of comment
BEGIN {
	print "/* " name " - made from its file in share/ */"
	print "#include \"config.h\"\n\n#include \"catalogue/advice.h\"\n"
	printf "const char %s[] =\n", name
}
/^[ \t]*--/ { next }
{
	gsub(/\\/, "\\\\&")
	gsub(/"/, "\\\"")
	gsub(/\t/, "\\t")
	printf "\t\"%s\\n\"\n", $0
}
END { print "\t\"\";" }
