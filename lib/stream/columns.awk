# columns.awk - share/columns.tsv as C: the enum (-v want=h), the table (want=c)
# or the rows of mrec(5) (want=mdoc).  One line a column: name, type, filter,
# meaning, decimals where it is real, separated by tabs; the number is the
# line's.
BEGIN { FS = "\t" }
/^#/ || NF < 4 { next }
{ n++; name[n] = $1; type[n] = $2; filter[n] = $3; meaning[n] = $4; decimals[n] = $5 + 0 }
END {
	if (want == "h") {
		print "/* columns - made from share/columns.tsv */"
		print "#ifndef COLUMNS_H\n#define COLUMNS_H\n"
		print "enum column {"
		for (i = 1; i <= n; i++)
			printf "\tCOL_%s = %d,\n", toupper(name[i]), i
		print "};\n"
		printf "enum { COLUMNS = %d };\n\n", n
		print "/* Entry 0 is empty; number i is column i. */"
		print "struct column_info {"
		print "\tconst char *name, *type, *filter, *meaning;"
		print "\tint decimals; /* of a real, as its filter writes it */"
		print "};"
		print "extern const struct column_info columns[COLUMNS + 1];\n"
		print "/* The column of that name, or 0. */"
		print "int\tcolumn_find(const char *);\n"
		print "/* The last column that a filter of that name fills, or 0. */"
		print "int\tcolumn_last(const char *);\n"
		print "#endif"
	} else if (want == "c") {
		print "/* columns - made from share/columns.tsv */"
		print "#include \"config.h\"\n"
		print "#include <string.h>\n"
		print "#include \"stream/columns.h\"\n"
		print "const struct column_info columns[COLUMNS + 1] = {"
		print "\t{ \"\", \"\", \"\", \"\", 0 },"
		for (i = 1; i <= n; i++) {
			m = meaning[i]
			gsub(/\\/, "\\\\&", m)
			gsub(/"/, "\\\"", m)
			printf "\t{ \"%s\", \"%s\", \"%s\", \"%s\", %d },\n", \
			    name[i], type[i], filter[i], m, decimals[i]
		}
		print "};\n"
		print "int\ncolumn_find(const char *name)\n{"
		print "\tfor (int i = 1; i <= COLUMNS; i++)"
		print "\t\tif (strcmp(columns[i].name, name) == 0)"
		print "\t\t\treturn i;\n\treturn 0;\n}\n"
		print "int\ncolumn_last(const char *filter)\n{"
		print "\tfor (int i = COLUMNS; i > 0; i--)"
		print "\t\tif (strcmp(columns[i].filter, filter) == 0)"
		print "\t\t\treturn i;\n\treturn 0;\n}"
	} else {
		for (i = 1; i <= n; i++) {
			m = meaning[i]
			gsub(/\\/, "\\\\e", m)
			gsub(/"/, "\\\\(dq", m)
			printf ".It %d Ta Cm %s Ta %s Ta %s Ta \"%s\"\n", \
			    i, name[i], type[i], filter[i], m
		}
	}
}
