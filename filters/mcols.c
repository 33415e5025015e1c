/* mcols - numbers and names of the record columns */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "stream/tool.h"

static const struct tool_option options[] = { TOOL_HELP, TOOL_VERSION,
	{ 0, NULL, NULL, NULL } };
static const struct tool tool = {
	.name = "mcols", .synopsis = "[name ...]", .options = options
};

static void
list(void)
{
	for (int i = 1; i <= COLUMNS; i++)
		printf("%d\t%s\t%s\t%s\t%s\n", i, columns[i].name,
		    columns[i].type, columns[i].filter, columns[i].meaning);
}

int
main(int argc, char *argv[])
{
	int col;

	while (tool_option(&tool, argc, argv) != -1)
		tool_usage(&tool);
	if (optind == argc)
		list();
	for (int i = optind; i < argc; i++) {
		if ((col = column_find(argv[i])) == 0)
			tool_die(argv[i], "no column of that name");
		printf("%s%d", i == optind ? "" : ",", col);
	}
	if (optind < argc)
		putchar('\n');
	if (fflush(stdout) == EOF || fclose(stdout) == EOF)
		tool_die("stdout", "%s", strerror(errno));
	return OK;
}
