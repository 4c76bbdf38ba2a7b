# From the bugs of rtl/iommu_pkg.sv, in their order, to a table for the bench.
BEGIN {
	print "struct Bug {\n\tconst char *name, *text;\n};\n\nstatic const Bug bugs[] = {"
	print "\t{\"none\", \"how it should be\"},"
}
/^\t\tBUG_/ {
	name = tolower(substr($1, 5))
	sub(/,$/, "", name)
	gsub(/_/, "-", name)
	text = $0
	sub(/^[^\/]*\/\/ */, "", text)
	printf "\t{\"%s\", \"%s\"},\n", name, text
}
END {
	print "};\nstatic const unsigned NBUGS = sizeof bugs / sizeof bugs[0];"
}
