package io.keymoot.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.keymoot.simulator.churn.Churn;
import io.keymoot.simulator.fault.Fault;
import io.keymoot.simulator.plant.Plant;
import io.keymoot.simulator.result.Plan;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

@Isolated("it changes the code that others would run")
class CommandTest {
  private record Ended(int code, String out, String err) {}

  private static Ended run(String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine line =
        Simulate.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    int code = line.execute(args);
    return new Ended(code, out.toString(), err.toString());
  }

  @ParameterizedTest
  @CsvSource({
    "--members, 1, 2 to 20000",
    "--for, soon, 90s",
    "--churn, panic, conference",
    "--faults, gremlins, loss",
    "--loss, 50%, 0% to 40%",
    "--partitions, 9, 1 to 4",
    "--profile, opera, conference",
    "--join-rate, often, 5/m",
    "--join-rate, 99999999/s, 1000/s at most",
    "--evict-rate, 60001/m, 1000/s at most",
    "--plant, tree, --plant list",
    "--seeds, 0, 1 or more"
  })
  void aValueThatMakesNoSenseIsRefusedInWords(String option, String value, String hint) {
    Ended ended = run(option, value);
    assertThat(ended.code).isEqualTo(2);
    assertThat(ended.err).contains(option).contains(value).contains(hint).doesNotContain("\tat ");
  }

  @Test
  void theNamesOfPlantsAreListedOneALine() {
    Ended ended = run("--plant", "list");
    assertThat(ended.code).isZero();
    List<String> names = ended.out.lines().toList();
    assertThat(names).hasSizeGreaterThanOrEqualTo(20).doesNotHaveDuplicates();
    assertThat(names).isEqualTo(Plant.all().stream().map(Plant::name).toList());
  }

  @Test
  void aGoodRunEndsWithZeroAndLeavesWhatWasAskedFor(@TempDir Path folder) throws IOException {
    Path json = folder.resolve("run.json");
    Path trace = folder.resolve("trace.txt");
    Ended ended =
        run(
            "--members",
            "4",
            "--for",
            "20s",
            "--faults",
            "none",
            "--json",
            json.toString(),
            "--trace",
            trace.toString());
    assertThat(ended.code).as(ended.out + ended.err).isZero();
    assertThat(ended.out).contains("0 of 1 runs broke a property").contains("Trace ");
    assertThat(Files.readString(json))
        .startsWith("{\"campaign\":{\"plan\":{\"members\":4")
        .contains("\"converged\":{\"count\":1,")
        .contains("\"runs\":[{\"plan\"")
        .contains("samples");
    assertThat(Files.readString(trace)).contains("p0 says FOUND").contains("all is healed");
  }

  @Test
  void whatManyRunsHaveComeToSoFarStandsInAFile(@TempDir Path folder) throws IOException {
    Path totals = folder.resolve("totals.json");
    Ended ended =
        run(
            "--members",
            "3",
            "--for",
            "5s",
            "--churn",
            "mixed",
            "--faults",
            "none",
            "--seed",
            "40",
            "--seeds",
            "3",
            "--totals",
            totals.toString());
    assertThat(ended.code).as(ended.out + ended.err).isZero();
    assertThat(ended.out).contains("0 of 3 runs broke a property").contains("once in 1.");
    assertThat(Files.readString(totals))
        .contains("\"churn\":\"mixed\"")
        .contains("\"runs\":3,\"failed\":0,\"next\":43,\"failing\":[],\"failsAtMost\":1.0");
    assertThat(folder).isDirectoryContaining("glob:**totals.json");
  }

  @Test
  void aBrokenPropertyIsToldWithTheCommandThatShowsItAgain() {
    Ended ended = run("--plant", "one-vote-expels", "--seeds", "10", "--members", "5");
    assertThat(ended.code).isEqualTo(1);
    assertThat(ended.out)
        .contains("I5 does not hold")
        .contains("See it again: simulation/bin/simulate --members")
        .contains("--plant one-vote-expels");
  }

  private static Plan somePlan(Random random) {
    List<String> faults = new ArrayList<>();
    switch (random.nextInt(3)) {
      case 0 -> faults.add(List.of("heavy", "light", Fault.ALL).get(random.nextInt(3)));
      case 1 -> {
        List<Fault> all = new ArrayList<>(Fault.all());
        all.addAll(Fault.named());
        Collections.shuffle(all, random);
        all.subList(0, 1 + random.nextInt(5)).forEach(fault -> faults.add(fault.name()));
      }
      default -> {}
    }
    int members = 2 + random.nextInt(30);
    List<Churn> churns = Churn.all();
    List<Plant> plants = Plant.all();
    Plan plan =
        new Plan(
            members,
            1_000 + random.nextInt(600_000),
            churns.get(random.nextInt(churns.size())).name(),
            faults,
            random.nextBoolean() ? 0 : 40 * random.nextDouble(),
            1 + random.nextInt(4),
            List.of("conference", "broadcast", "paper").get(random.nextInt(3)),
            random.nextLong(),
            random.nextBoolean() ? 0 : 10 * random.nextDouble(),
            random.nextBoolean() ? 0 : random.nextDouble() / 1_000,
            random.nextInt(members),
            random.nextBoolean()
                ? Optional.empty()
                : Optional.of(plants.get(random.nextInt(plants.size())).name()),
            random.nextBoolean());
    return random.nextBoolean() ? plan.withAllIn() : plan;
  }

  /** Rates are not rounded, and nothing is asked for that cannot be. */
  @Test
  void theCommandThatIsToldRunsTheVeryPlanAgain() {
    Random random = new Random(5);
    for (int i = 0; i < 300; i++) {
      Plan plan = somePlan(random);
      String[] words = Failure.command(plan).split(" ", -1);
      assertThat(parsed(Arrays.copyOfRange(words, 1, words.length)).plan()).isEqualTo(plan);
    }
  }

  private static Command parsed(String... words) {
    Command command = new Command();
    new CommandLine(command).parseArgs(words);
    return command;
  }

  @Test
  void whatIsToBeQuickOrCheapAndIsNotEndsWithOne() {
    String[] small = {"--members", "4", "--for", "20s", "--faults", "none", "--churn", "none"};
    Ended ended = run(and(small, "--joined-within", "20s"));
    assertThat(ended.code).as(ended.out + ended.err).isZero();
    ended = run(and(small, "--joined-within", "1ms"));
    assertThat(ended.code).isEqualTo(1);
    assertThat(ended.out).contains("Missed: 99 % of those who came could send within ");
    ended = run(and(small, "--converged-within", "10s"));
    assertThat(ended.code).as(ended.out + ended.err).isZero();
    ended = run(and(small, "--rekeys-at-most", "3"));
    assertThat(ended.code).isEqualTo(1);
    assertThat(ended.out).contains("nothing is known of how many Rekeys");
    String[] lecture = {
      "--members", "44", "--for", "40s", "--churn", "none", "--faults", "half-leave", "--seed", "2"
    };
    ended = run(and(lecture, "--rekeys-at-most", "3"));
    assertThat(ended.code).as(ended.out + ended.err).isZero();
    assertThat(ended.out).contains("22 left within 1 s, which took 3 Rekeys, and ");
    ended = run(and(lecture, "--rekeys-at-most", "2"));
    assertThat(ended.code).isEqualTo(1);
    assertThat(ended.out).contains("22 leaves within a second took 3 Rekeys, not 2");
  }

  private static String[] and(String[] some, String... more) {
    return Stream.concat(Arrays.stream(some), Arrays.stream(more)).toArray(String[]::new);
  }

  @ParameterizedTest
  @ValueSource(strings = {"--json", "--report", "--totals", "--trace"})
  void aFileThatCannotBeWrittenIsNamedBeforeAnythingRuns(String option) {
    Ended ended = run("--members", "3", "--for", "5s", option, "/nowhere/at/all.json");
    assertThat(ended.code).isEqualTo(2);
    assertThat(ended.err).contains("/nowhere/at/all").contains("another place");
    assertThat(ended.err).doesNotContain("\tat ");
    assertThat(ended.out).isEmpty();
  }

  @Test
  void tryingWhetherAFileCanBeWrittenLeavesItAsItIs(@TempDir Path folder) throws IOException {
    Path json = folder.resolve("run.json");
    Files.writeString(json, "of yesterday");
    assertThat(run("--members", "3", "--json", json.toString(), "--trace", "/nowhere/at/all").code)
        .isEqualTo(2);
    assertThat(Files.readString(json)).isEqualTo("of yesterday");
    Files.delete(json);
    assertThat(run("--members", "3", "--json", json.toString(), "--trace", "/nowhere/at/all").code)
        .isEqualTo(2);
    assertThat(json).doesNotExist();
  }

  /** Nobody is told of bugs where a disk is full. */
  @Test
  void aFullDiskIsToldInWords() {
    Path full = Path.of("/dev/full");
    assumeTrue(Files.exists(full), "there is nothing here that is always full");
    for (String[] how : List.of(new String[] {"--replay", "3"}, new String[] {"--seed", "3"})) {
      Ended ended = run(and(how, "--members", "3", "--for", "20s", "--trace", "/dev/full"));
      assertThat(ended.code).as(ended.out).isEqualTo(2);
      assertThat(ended.err).contains("No space left").contains("another place");
      assertThat(ended.err).doesNotContain("\tat ").doesNotContain("bug");
    }
  }

  @Test
  void whereTheTotalsCanBeWrittenNoMoreTheCampaignSaysSo(@TempDir Path folder) throws Exception {
    Path inside = Files.createDirectory(folder.resolve("inside"));
    Plan plan = parsed("--members", "2", "--for", "1s", "--faults", "none").plan();
    Runs runs = new Runs(plan, null);
    RunningTotals running = new RunningTotals(Optional.of(inside.resolve("totals.json")));
    Files.delete(inside);
    Tally tally = new Tally(plan);
    assertThatThrownBy(
            () ->
                runs.all(
                    2,
                    1,
                    100,
                    result -> {
                      running.review(tally, true);
                      return true;
                    }))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("totals.json");
  }

  @Test
  void aMistakeThatIsNotFoundEndsWithOneAndProvesNothing() {
    Ended ended =
        run(
            "--plant",
            "overdue-timers-wait",
            "--seeds",
            "2",
            "--members",
            "2",
            "--for",
            "2s",
            "--faults",
            "none");
    assertThat(ended.code).isEqualTo(1);
    assertThat(ended.out)
        .contains("'overdue-timers-wait' was not found in 2 runs")
        .doesNotContain("confidence");
  }
}
