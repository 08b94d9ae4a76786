package io.keymoot.simulator.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.simulator.result.Change;
import io.keymoot.simulator.result.Collusion;
import io.keymoot.simulator.result.Expulsion;
import io.keymoot.simulator.result.Heal;
import io.keymoot.simulator.result.Injected;
import io.keymoot.simulator.result.MemberEvent;
import io.keymoot.simulator.result.Plan;
import io.keymoot.simulator.result.RunResult;
import io.keymoot.simulator.result.Series;
import io.keymoot.simulator.result.SlotTable;
import io.keymoot.simulator.result.Totals;
import io.keymoot.simulator.result.Violation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The page as text. {@code -DreportTo=file.html} writes it, to be looked at. */
class RunReportTest {
  private static final String EVIL = "</script><script>alert(1)</script>";

  private static RunResult run(List<Violation> violations) {
    Random random = new Random(3);
    List<Series.Sample> samples = new ArrayList<>();
    List<MemberEvent> events = new ArrayList<>();
    List<Change> changes = new ArrayList<>();
    List<Expulsion> expulsions = new ArrayList<>();
    List<Heal> heals = new ArrayList<>();
    int members = 30;
    for (int i = 0; i < 30; i++) {
      events.add(new MemberEvent(i * 300L, MemberEvent.Kind.JOINED, i));
    }
    for (int i = 0; i < 600; i++) {
      if (i % 5 == 0) {
        int came = 30 + i / 5;
        events.add(new MemberEvent(i * 1_000L, MemberEvent.Kind.JOINED, came));
        changes.add(change(Change.Kind.JOIN, i, random));
        members++;
      }
      if (i % 7 == 0 && i > 20) {
        events.add(new MemberEvent(i * 1_000L, MemberEvent.Kind.EXPELLED, i / 7 - 3));
        changes.add(change(Change.Kind.EXPULSION, i, random));
        expulsions.add(new Expulsion(i * 1_000L, random.nextInt(300), i / 7 - 3));
        members--;
      }
      if (i % 60 == 30) {
        heals.add(new Heal("partition", i * 1_000L, random.nextInt(4_000)));
        heals.add(new Heal("flapping", i * 1_000L, i == 330 ? -1 : random.nextInt(9_000)));
      }
      samples.add(
          new Series.Sample(
              i * 1_000L,
              members,
              members,
              i % 60 > 25 && i % 60 < 31 ? 2 : 1,
              members - random.nextInt(3),
              members - random.nextInt(4),
              i / 4,
              i / 8,
              i / 3,
              i * 70L,
              i * 900L + random.nextInt(100),
              i * 3_000L,
              i * 500L));
    }
    List<SlotTable.Cell> cells = new ArrayList<>();
    for (int i = 0; i < 128; i++) {
      int holding = random.nextInt(14);
      cells.add(
          new SlotTable.Cell(holding, holding == 0 ? 0 : random.nextInt(holding + 1), i % 9 != 0));
    }
    return new RunResult(
        new Plan(
            30,
            600_000,
            "conference",
            List.of("loss", EVIL),
            5,
            2,
            "conference",
            42,
            0,
            0,
            0,
            Optional.empty(),
            false),
        "c0ffee",
        123_456,
        violations,
        new Series(samples),
        events,
        changes,
        expulsions,
        heals,
        List.of(new Injected("partition", 10, "Bailis, Kingsbury 2014"), new Injected(EVIL, 1, "")),
        new SlotTable(4, cells),
        List.of(new Collusion(0, 4_000, 0), new Collusion(3, 3_512, 2L * violations.size())),
        new Totals(
            150,
            0,
            82,
            3,
            150,
            200,
            Map.of("REKEY", 150L),
            Map.of("REKEY", 90_000L),
            9_000_000L,
            Map.of("WRAP", 900L),
            7_512,
            300_000,
            8_000_000,
            12_000,
            4_200));
  }

  private static Change change(Change.Kind kind, int second, Random random) {
    return new Change(
        kind,
        second * 1_000L,
        20 + random.nextInt(second % 50 == 0 ? 3_000 : 200),
        600 + random.nextInt(4_000),
        900 + random.nextInt(9_000),
        30,
        kind == Change.Kind.JOIN ? 0 : 500);
  }

  private final String page = RunReport.html(run(List.of()), "simulation/bin/simulate --replay 42");

  @Test
  void itNeedsNoNetwork() throws IOException {
    assertThat(page).doesNotContainPattern("(src|href)=");
    assertThat(page).contains("default-src 'none'");
    String target = System.getProperty("reportTo");
    if (target != null) {
      Files.writeString(Path.of(target), page);
    }
  }

  @Test
  void whatItIsToldIsTextAndNeverMarkup() {
    assertThat(page).doesNotContain(EVIL).contains("&lt;/script&gt;");
  }

  @Test
  void everyChartHasItsDataAndASentence() {
    Matcher charts =
        Pattern.compile("<div class=\"chart\"><h3>(.*?)</h3><p class=\"note\">(.*?)</p>")
            .matcher(page);
    int count = 0;
    while (charts.find()) {
      count++;
      assertThat(charts.group(2)).as(charts.group(1)).isNotEmpty();
    }
    assertThat(count).isGreaterThanOrEqualTo(12);
    Matcher data = Pattern.compile("\"data\":\\[\\[([^\\]]*)\\]").matcher(page);
    int plots = 0;
    while (data.find()) {
      plots++;
      assertThat(data.group(1)).isNotEmpty();
    }
    assertThat(plots).isEqualTo(count - 1); // the slot table is a drawing
  }

  /** What is told of this run was measured in it. */
  @Test
  void whatCoalitionsCameToAndWhoHadToAskAnewIsWhatTheRunSays() {
    assertThat(page).contains("7,512 keys tried, 0 read").contains("✓ none");
    String broken =
        RunReport.html(run(List.of(new Violation("I3", "the expelled reads", 17, 4_000))), "");
    assertThat(broken).contains("7,512 keys tried, 2 read").contains("✗ 2 of 7,512");
    assertThat(page).containsPattern(">3</td><td class=\"[^\"]*\">none</td>");
  }

  @Test
  void aRunThatBrokeOffBeforeAnythingCouldBeMeasuredIsToldOf() {
    Violation bug = new Violation("BUG", "an exception", 0, 0);
    RunResult broken = RunResult.broken(run(List.of()).plan(), bug);
    assertThat(RunReport.html(broken, "again")).contains("an exception").contains("not tried");
  }

  @Test
  void aViolationStandsAtTheTopWithTheCommandThatGivesItAgain() {
    String broken =
        RunReport.html(
            run(List.of(new Violation("P3", "the expelled reads", 17, 4_000))),
            "simulation/bin/simulate --replay 42");
    assertThat(broken.indexOf("the expelled reads")).isPositive();
    assertThat(broken.indexOf("the expelled reads")).isLessThan(broken.indexOf("The run"));
    assertThat(broken).contains("simulation/bin/simulate --replay 42");
    assertThat(page).contains("every property held");
    assertThat(broken).doesNotContain("every property held");
  }
}
