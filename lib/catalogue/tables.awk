# tables.awk - share/columns.tsv and share/catalogue.tsv as C: the numbers of
# tables and columns (-v want=h), or what they are and the SQL (want=c)
BEGIN {
	FS = "\t"
	sql["hash"] = "BLOB"; pg["hash"] = "uuid"
	sql["int"] = "INTEGER"; pg["int"] = "bigint"
	sql["real"] = "REAL"; pg["real"] = "double precision"
	sql["text"] = "TEXT"; pg["text"] = "text COLLATE \"C\""
}
/^#/ { next }
NR == FNR {
	file_name[++nfile] = $1
	# A hex column is a hash when it says 32 digits or names one.
	if ($2 == "hex")
		t = $1 == "hash" || $1 == "parent" ? "hash" : "text"
	else
		t = $2 == "int" || $2 == "real" ? $2 : "text"
	file_type[nfile] = t
	next
}
$1 == "table" { table[++ntable] = $2; key[ntable] = $3; n[ntable] = 0; next }
$1 == "col" { add($2, $3); next }
$1 == "columns" {
	for (i = 1; i <= nfile; i++)
		add(file_name[i], file_type[i])
	next
}
$1 == "index" {
	on[++nindex] = table[ntable]
	index_name[nindex] = $2
	index_cols[nindex] = $3 ~ /^(USING|\()/ ? $3 : "(" $3 ")"
	index_in[nindex] = $4
	next
}
$1 == "view" { view[++nview] = $2; select[nview] = $3 }

function add(name, type) {
	c[ntable, ++n[ntable]] = name
	ty[ntable, n[ntable]] = type
}

function hexed(s, lite,    all, i) {
	for (i = 1; i <= nfile; i++)
		all = all (i > 1 ? ", " : "") (file_type[i] == "hash" ? \
		    "HEX(" file_name[i] ") AS " file_name[i] : file_name[i])
	sub(/@columns@/, all, s)
	while (match(s, /HEX\([a-z_]+\)/)) {
		all = substr(s, RSTART + 4, RLENGTH - 5)
		s = substr(s, 1, RSTART - 1) (lite ? "nullif(lower(hEx(" all ")), '')" : \
		    "replace(" all "::text, '-', '')") \
		    substr(s, RSTART + RLENGTH)
	}
	gsub(/hEx/, "hex", s)
	return s
}

function quoted(s) {
	gsub(/"/, "\\\"", s)
	return "\t\"" s "\","
}

function create(t, lite,    i, s, k) {
	k = key[t]
	gsub(/ /, ", ", k)
	s = "CREATE TABLE IF NOT EXISTS " table[t] " ("
	# What tags point to must not change when the file is vacuumed.
	if (lite && table[t] == "file")
		s = s "id INTEGER PRIMARY KEY, "
	for (i = 1; i <= n[t]; i++)
		s = s c[t, i] " " (lite ? sql[ty[t, i]] : pg[ty[t, i]]) ", "
	return s (lite && table[t] == "file" ? "UNIQUE (" : "PRIMARY KEY (") \
	    k "))"
}

function needs(i) {
	return index_in[i] ~ /^(plain|pg_)/ ? "\"" index_in[i] "\"" : "NULL"
}

function engine(lite,    i, s) {
	s = lite ? "sqlite" : "pgsql"
	printf "static const char *const %s_tables[] = {\n", s
	for (i = 1; i <= ntable; i++)
		print quoted(create(i, lite))
	printf "\tNULL\n};\nstatic const struct db_index %s_indexes[] = {\n", s
	for (i = 1; i <= nindex; i++)
		if (index_in[i] !~ (lite ? "^(postgresql|pg_)" : "^sqlite"))
			printf "\t{ \"%s\",\n\t\t\"CREATE INDEX IF NOT EXISTS" \
			    " %s ON %s %s\",\n\t\t%s },\n", index_name[i], \
			    index_name[i], on[i], index_cols[i], needs(i)
	printf "\t{ NULL, NULL, NULL }\n};\n"
	printf "static const char *const %s_drop_views[] = {\n", s
	for (i = 1; i <= nview; i++)
		print quoted("DROP VIEW IF EXISTS " view[i])
	printf "\tNULL\n};\n"
	printf "static const char *const %s_views[] = {\n", s
	for (i = 1; i <= nview; i++)
		print quoted("CREATE VIEW " view[i] " AS " \
		    hexed(select[i], lite))
	printf "\tNULL\n};\n"
	printf "static const char *const %s_types[] = {\n", s
	printf "\t\"%s\", \"%s\", \"%s\",\n", lite ? sql["text"] : \
	    "text COLLATE \\\"C\\\"", lite ? sql["int"] : pg["int"], \
	    lite ? sql["real"] : pg["real"]
	printf "\t\"%s\",\n};\n", lite ? sql["hash"] : pg["hash"]
	printf "const struct db_schema db_%s = {\n\t%s_tables, %s_indexes, " \
	    "%s_drop_views,\n\t%s_views, %s_types\n};\n", s, s, s, s, s, s
}

function ncolumn(i, k,    j) {
	for (j = 1; j <= n[i]; j++)
		if (c[i, j] == k)
			return j - 1
}

END {
	print "/* tables - made from share/columns.tsv and share/catalogue.tsv */"
	if (want == "h") {
		print "#ifndef CATALOGUE_TABLES_H\n#define CATALOGUE_TABLES_H\n"
		print "enum {"
		for (i = 1; i <= ntable; i++)
			printf "\tTABLE_%s,\n", toupper(table[i])
		print "\tTABLES\n};"
		for (i = 1; i <= ntable; i++) {
			if (table[i] == "file")
				continue
			print "enum {"
			for (j = 1; j <= n[i]; j++)
				printf "\t%s_%s,\n", toupper(table[i]), \
				    toupper(c[i, j])
			printf "\t%s_COLUMNS\n};\n", toupper(table[i])
		}
		print "\n#endif"
		exit
	}
	print "#include \"config.h\"\n\n#include <stddef.h>\n"
	print "#include \"catalogue/schema.h\"\n"
	for (i = 1; i <= ntable; i++) {
		printf "static const struct db_column %s_col[] = {\n", table[i]
		for (j = 1; j <= n[i]; j++)
			printf "\t{ \"%s\", DB_%s },\n", c[i, j], \
			    toupper(ty[i, j])
		print "};"
	}
	print "const struct db_table db_tables[] = {"
	for (i = 1; i <= ntable; i++) {
		nkey = split(key[i], k, " ")
		printf "\t{ \"%s\", %s_col, %d, %d, { ", table[i], table[i], \
		    n[i], nkey
		for (j = 1; j <= nkey; j++)
			printf "%d%s", ncolumn(i, k[j]), j < nkey ? ", " : ""
		print " } },"
	}
	print "};"
	engine(1)
	engine(0)
}
