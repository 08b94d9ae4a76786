package io.keymoot.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.benchmarks.compare.Cluster.Kind;
import io.keymoot.benchmarks.compare.Transports.Times;
import io.keymoot.benchmarks.compare.Transports.Visit;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import javax.swing.text.MutableAttributeSet;
import javax.swing.text.html.HTML;
import javax.swing.text.html.HTMLEditorKit;
import javax.swing.text.html.parser.ParserDelegator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The whole command, made so small that it takes seconds: real groups, real nodes, real peers. */
@ResourceLock(CompareTest.MLS)
class CompareRunTest {
  private static final int FEW = 4;

  /** What ends when it has come about may take long: a busy machine is not what is looked for. */
  private static final int PATIENCE_SECONDS = 120;

  private static final Times SHORT =
      new Times(500, 100, 100, 2_000, 100, 200, 1_000L * PATIENCE_SECONDS, 100, 200, 400, 100, 800);

  private static final Transports.Scale NETWORK =
      new Transports.Scale(
          100,
          List.of(Kind.SYMMETRIC, Kind.KEYMOOT),
          List.of(3),
          List.of(FEW),
          1,
          List.of(
              new Visit(Kind.PLAIN, FEW, 1, true, 1, 0),
              new Visit(Kind.ASYMMETRIC, FEW, 1, true, 0, 0),
              new Visit(Kind.KEYMOOT, FEW, 1, true, 1, 1)),
          List.of(),
          SHORT,
          PATIENCE_SECONDS);

  /** What does not come about at once counts as failed. */
  private static final Transports.Scale IMPATIENT =
      new Transports.Scale(
          0,
          List.of(),
          List.of(),
          List.of(),
          1,
          List.of(
              new Visit(Kind.KEYMOOT, 5, 1, true, 1, 0), new Visit(Kind.PLAIN, 5, 1, true, 1, 0)),
          List.of(),
          SHORT,
          0);

  private static final Scale TINY =
      new Scale(
          new Membership.Scale(20, 8, List.of(8), List.of(12), 0, 0, 2, 2, 0, 16),
          new Growth.Scale(1, List.of(8, 12, 16), 2, 0, List.of(1, 2), 16, 1, false),
          2,
          new Frames.Scale(List.of(8), 12),
          NETWORK);

  private static final Figures FIGURES = new Figures();
  private static final ByteArrayOutputStream SAID = new ByteArrayOutputStream();

  private static Path out = Path.of("");

  @BeforeAll
  static void run(@TempDir Path folder) throws Exception {
    out = folder;
    List<Step> steps = new ArrayList<>(TINY.steps(Options.SECTIONS, FIGURES));
    steps.add(
        new Step(
            "a peer that does not work",
            1,
            () -> {
              throw new IllegalStateException("it has | no mind to");
            }));
    steps.addAll(Transports.steps(IMPATIENT, FIGURES));
    // As a full run, so that a busy machine leaves nothing out.
    Options options = new Options(false, out, Options.SECTIONS);
    PrintStream terminal = new PrintStream(SAID, true, StandardCharsets.UTF_8);
    Compare.run(steps, FIGURES, options, "compare --tiny", terminal);
  }

  private static String file(String name) throws IOException {
    return Files.readString(out.resolve(name));
  }

  @Test
  void everythingThatIsToBeMeasuredIs() {
    for (What what : What.values()) {
      boolean isLeftOut = what == What.DATAGRAM_LEAVE;
      assertThat(FIGURES.whoHas(what).contains("Keymoot") || isGrowth(what))
          .as(told(what.words))
          .isEqualTo(!isLeftOut);
    }
    for (String other : List.of("JGroups, plain", "JGroups ASYM_ENCRYPT", "Keymoot")) {
      assertThat(FIGURES.sizes(other, What.LEAVE_BYTES)).as(told(other)).containsExactly(FEW);
      assertThat(FIGURES.sizes(other, What.FIRST_MESSAGE)).as(told(other)).containsExactly(FEW);
    }
    assertThat(FIGURES.sizes("Keymoot", What.WORST_DELIVERY))
        .as(told("Keymoot"))
        .containsExactly(FEW);
    for (String who : List.of("Keymoot", Transports.PROVED, "JGroups SYM_ENCRYPT")) {
      assertThat(FIGURES.sizes(who, What.THROUGHPUT)).as(told(who)).containsExactly(3, FEW);
    }
    assertThat(FIGURES.sizes(Growth.FRESH, What.REMOVE_AUTHOR)).containsExactly(8, 12, 16);
    assertThat(FIGURES.sizes(Growth.NO_SESSIONS, What.REMOVE_FOLLOW)).containsExactly(8, 12, 16);
    assertThat(FIGURES.sizes(Frames.MLS, What.OPEN)).containsExactly(8);
    assertThat(FIGURES.sizes(Membership.WARM, What.REMOVE_AUTHOR)).containsExactly(8, 12, 16);
  }

  /** With why anything of it is missing. */
  private static String told(String who) {
    return who + ", where what failed is " + FIGURES.failures() + " and " + FIGURES.broken();
  }

  private static boolean isGrowth(What what) {
    return FIGURES.whoHas(what).contains(Growth.FRESH);
  }

  /** A Rekey with the Leave it follows, and nobody's heartbeats: at rest there is little else. */
  @Test
  void whatALeaveCostsIsToldApartFromWhatFlowsAnyway() {
    for (String who : List.of("JGroups, plain", "JGroups ASYM_ENCRYPT", "Keymoot")) {
      assertThat(bytes(who, What.LEAVE_BYTES)).as(who).isPositive();
      assertThat(bytes(who, What.LEAVE_IN_ALL))
          .as(who)
          .isGreaterThanOrEqualTo(bytes(who, What.LEAVE_BYTES));
    }
    assertThat(bytes("Keymoot", What.LEAVE_BYTES)).isBetween(600.0, 60_000.0);
    // In two whole seconds somebody has said that it is there.
    assertThat(bytes("Keymoot", What.IDLE_BYTES)).isBetween(1.0, 40_000.0);
    assertThat(FIGURES.sizes("Keymoot", What.SLOTS_MEANWHILE)).containsExactly(FEW);
  }

  private static double bytes(String who, What what) {
    return FIGURES
        .median(who, what, FEW)
        .orElseThrow(() -> new AssertionError(told(who + " has no " + what.words)));
  }

  @Test
  void aPeerThatFailsIsNamedAndTheRunGoesOn() throws Exception {
    String words = SAID.toString(StandardCharsets.UTF_8);
    assertThat(words).contains("a peer that does not work").contains("it has | no mind to");
    assertThat(words).contains("done: ").contains(" left");
    assertThat(FIGURES.cell("Keymoot", What.WORST_DELIVERY, 5)).startsWith("✗ not within 0 s");
    assertThat(FIGURES.cell("JGroups, plain", What.LEAVE_TIME, 5)).startsWith("✗ not within 0 s");
    assertThat(file("compare.md")).contains("a peer that does not work: it has | no mind to");
    assertThat(file("compare.html")).contains("a peer that does not work");
    assertThat(list(json(), "failures"))
        .anySatisfy(each -> assertThat(each).containsEntry("step", "a peer that does not work"))
        .anySatisfy(each -> assertThat(each).containsEntry("what", "worst_delivery"));
  }

  @Test
  void whatWouldNotEndInTimeIsNamedAndLeftOut() throws Exception {
    Figures figures = new Figures();
    List<String> done = new ArrayList<>();
    List<Step> steps =
        List.of(
            new Step("long", 1_000, () -> done.add("long")),
            new Step("short", 1, () -> done.add("short")));
    PrintStream nowhere =
        new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
    new Progress(nowhere, figures, () -> {}).run(steps, 180);
    assertThat(done).containsExactly("short");
    assertThat(figures.broken()).containsOnlyKeys("long");
  }

  @Test
  void theJsonParsesAndHasRatiosWithTheirSpread() throws Exception {
    Map<?, ?> json = json();
    assertThat(json.get("command")).isEqualTo("compare --tiny");
    assertThat(list(json, "circumstances").toString())
        .contains("Keymoot")
        .contains("JGroups 5")
        .contains("other processes had");
    assertThat(list(json, "ratios"))
        .anySatisfy(
            each ->
                assertThat(each)
                    .containsEntry("what", "remove_author")
                    .containsEntry("to", Membership.WARM)
                    .containsEntry("n", 12)
                    .containsKeys("median", "least", "most", "pairs"));
    assertThat(list(json, "goals")).hasSize(Goal.judge(FIGURES).size());
  }

  private static Map<?, ?> json() throws IOException {
    // JSON is YAML, of which a reader is at hand.
    Object read = new Load(LoadSettings.builder().build()).loadFromString(file("compare.json"));
    assertThat(read).isInstanceOf(Map.class);
    return (Map<?, ?>) read;
  }

  @SuppressWarnings("unchecked") // as the JSON was written
  private static List<Map<String, Object>> list(Map<?, ?> json, String name) {
    return (List<Map<String, Object>>) Objects.requireNonNull(json.get(name), name);
  }

  @Test
  void eachRowOfTheMarkdownHasAsManyCellsAsItsHead() throws Exception {
    for (String page : List.of("compare.md", "compare-readme.md")) {
      int columns = 0;
      int tables = 0;
      for (String line : file(page).lines().toList()) {
        int bars = line.startsWith("|") ? line.replace("\\|", "").split("\\|", -1).length : 0;
        if (bars > 0 && columns == 0) {
          tables++;
        } else if (bars > 0) {
          assertThat(bars).as(line).isEqualTo(columns);
        }
        columns = bars;
      }
      assertThat(tables).as(page).isPositive();
    }
    assertThat(file("compare-readme.md")).contains("compare --tiny").contains("| goal |");
  }

  @Test
  void theHtmlParsesAndItsTablesAreWhole() throws Exception {
    List<Integer> cells = new ArrayList<>();
    List<String> headings = new ArrayList<>();
    new ParserDelegator()
        .parse(
            new StringReader(file("compare.html")),
            new HTMLEditorKit.ParserCallback() {
              private boolean isHeading;

              @Override
              public void handleStartTag(HTML.Tag tag, MutableAttributeSet attributes, int at) {
                if (tag == HTML.Tag.TR) {
                  cells.add(0);
                } else if (tag == HTML.Tag.TD || tag == HTML.Tag.TH) {
                  cells.set(cells.size() - 1, cells.get(cells.size() - 1) + 1);
                }
                isHeading = tag == HTML.Tag.H2;
              }

              @Override
              public void handleText(char[] text, int at) {
                if (isHeading) {
                  headings.add(new String(text));
                }
              }
            },
            true);
    assertThat(headings).contains("Goals", "Fair play", What.LEAVE_BYTES.title());
    assertThat(cells).isNotEmpty().allSatisfy(row -> assertThat(row).isGreaterThan(1));
  }
}
