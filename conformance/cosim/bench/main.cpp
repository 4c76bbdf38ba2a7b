// The example IOMMU against the scoreboard, over random worlds; and again with each of
// the bugs that can be switched on in it, every one of which must be noticed.
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>

#include "bugs.h"
#include "software.h"

struct Run {
	uint64_t translations = 100000;
	Simulation::Options options;
	std::string wave = "iommu.vcd";
};

// Of the processor: others may be at work, too.
static double seconds()
{
	return (double)clock() / CLOCKS_PER_SEC;
}

// True if nothing was wrong.
static bool play(Simulation &sim, uint64_t translations)
{
	Software software(sim);

	while (sim.answered < translations && !sim.failed())
		software.step();
	if (!sim.failed())
		software.finish();
	return !sim.failed();
}

// The same once more, with a waveform of the last cycles.
static void draw(const Run &run, uint64_t end)
{
	Simulation::Options o = run.options;

	o.quiet = true;
	o.wave = run.wave;
	o.wave_from = end > 2000 ? end - 2000 : 0;
	Simulation sim(o);
	(void)play(sim, run.translations);
	printf("waveform: %s, from cycle %" PRIu64 " to %" PRIu64 "\n", run.wave.c_str(),
	       o.wave_from, sim.cycles);
}

static void summarize(const Simulation &sim, double time)
{
	const struct scoreboard_totals &t = sim.totals();

	printf("%" PRIu64 " requests, %" PRIu64 " cycles: %" PRIu64 " granted, %" PRIu64
	       " refused by the IOMMU, %" PRIu64 " to interrupts\n",
	       t.answers, sim.cycles, t.grants, t.aborts, sim.interrupts);
	printf("%" PRIu64 " events, %" PRIu64 " commands, %" PRIu64 " register reads; %" PRIu64
	       " answers were held in a cache, legally\n",
	       t.records, t.commands, t.reads, t.held);
	printf("%.0f translations a second of processor time\n", (double)t.answers / time);
}

static int check(const Run &run)
{
	Simulation sim(run.options);
	double start = seconds();
	bool good = play(sim, run.translations);

	summarize(sim, seconds() - start);
	if (good && !sim.totals().unsure) {
		printf("passed\n");
		return 0;
	}
	if (good)
		printf("FAILED: the oracle was unsure of %" PRIu64 " items\n", sim.totals().unsure);
	else
		printf("FAILED after %" PRIu64 " cycles:\n%s\n", sim.cycles, sim.report.c_str());
	draw(run, sim.cycles);
	return 1;
}

// Each bug, until it is noticed.
static int check_bugs(Run run)
{
	unsigned missed = 0;

	run.options.quiet = true;
	for (unsigned b = 1; b < NBUGS; b++) {
		run.options.bug = b;
		Simulation sim(run.options);
		bool good = play(sim, run.translations);

		missed += good;
		if (good)
			printf("%-16s MISSED in %" PRIu64 " requests\n", bugs[b].name,
			       sim.answered);
		else
			printf("%-16s after %6" PRIu64 " requests: %s\n", bugs[b].name,
			       sim.answered, sim.report.substr(0, sim.report.find('\n')).c_str());
	}
	printf("%u bugs, %u missed\n", NBUGS - 1, missed);
	return missed ? 1 : 0;
}

static int usage(FILE *to)
{
	fputs("usage: iommu_bench [--translations N] [--seed N] [--bug NAME] [--wave FILE]\n"
	      "       iommu_bench --all-bugs [--translations N] [--seed N]\n"
	      "       iommu_bench --list-bugs\n",
	      to);
	return to == stdout ? 0 : 2;
}

static unsigned find_bug(const std::string &name)
{
	unsigned b = 0;

	while (b < NBUGS && name != bugs[b].name)
		b++;
	return b;
}

int main(int argc, char **argv)
{
	Run run;
	bool all = false;

	for (int i = 1; i < argc; i++) {
		std::string word = argv[i], value = i + 1 < argc ? argv[i + 1] : "";

		if (word == "--help")
			return usage(stdout);
		if (word == "--list-bugs") {
			for (unsigned b = 1; b < NBUGS; b++)
				printf("%-16s %s\n", bugs[b].name, bugs[b].text);
			return 0;
		}
		if (word == "--all-bugs") {
			all = true;
			continue;
		}
		if (++i >= argc)
			return usage(stderr);
		if (word == "--translations")
			run.translations = strtoull(value.c_str(), nullptr, 0);
		else if (word == "--seed")
			run.options.seed = strtoull(value.c_str(), nullptr, 0);
		else if (word == "--bug")
			run.options.bug = find_bug(value);
		else if (word == "--wave")
			run.wave = value;
		else
			return usage(stderr);
		if (run.options.bug == NBUGS) {
			fprintf(stderr, "iommu_bench: there is no bug %s\n", value.c_str());
			return 2;
		}
	}
	return all ? check_bugs(run) : check(run);
}
