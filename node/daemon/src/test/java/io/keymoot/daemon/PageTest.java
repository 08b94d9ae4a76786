package io.keymoot.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import io.keymoot.daemon.api.Route;
import io.keymoot.daemon.browser.Chromium;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The page in a real browser, before five real daemons. The screenshots are kept in {@code
 * target/page} for people to look at.
 */
class PageTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Path PICTURES = Path.of("target", "page");

  @TempDir private Path temp = Path.of("");

  @Test
  void aPersonLetsOthersInTalksPutsOneOutAndSeesAPartition() throws Exception {
    assumeTrue(
        Chromium.installed().isPresent(),
        "Chromium is not installed, so the page is not tried in it: apt-get install chromium");
    Files.deleteIfExists(PICTURES.resolve("failed.png"));
    Path profile = Files.createDirectories(temp.resolve("browser"));
    Path folder = Files.createDirectories(temp.resolve("peers"));
    try (DemoGroup group = new DemoGroup(folder, DemoGroup.multicastWorks(), "ask: owner");
        Chromium browser = new Chromium(Chromium.installed().get(), profile)) {
      group.certify("anna", "ben", "cora", "dan", "eva", "finn");
      group.begin("anna", "--found", "yes");
      group.peer("anna").awaitApi();
      logsIn(group, browser);
      letsIn(group, browser, "ben", "cora", "dan");
      talks(group, browser);
      compares(group, browser);
      saysNo(group, browser);
      letsIn(group, browser, "eva");
      makesAFreshKeyAndSeesItTravel(group, browser);
      takesNobodyOfItsNameForThisDevice(group, browser);
      putsOut(group, browser);
      seesHowTheKeyWithoutThatOneTravelled(group, browser);
      seesAPartition(group, browser);
      everybodyCanUseIt(browser);
      assertThat(browser.complaints()).isEmpty();
      anotherSiteCanDoNothing(group, browser);
      logsOut(browser);
    }
  }

  private static void logsIn(DemoGroup group, Chromium browser) throws Exception {
    browser.window(1280, 900);
    browser.prefer("light");
    String link = group.peer("anna").page();
    browser.open(link);
    shows(browser, "#state", "settled");
    shows(browser, "#members", "anna");
    assertThat(browser.is("location.hash === ''")).as("the code is out of the address").isTrue();
    assertThat(browser.is("document.cookie === ''")).as("scripts see no cookie").isTrue();
    browser.photograph(PICTURES.resolve("1-alone.png"));
  }

  private static void letsIn(DemoGroup group, Chromium browser, String... names) throws Exception {
    int members = group.names().size();
    for (String name : names) {
      group.begin(name, "--found", "no");
    }
    for (String name : names) {
      group.peer(name).awaitApi();
    }
    for (String name : names) {
      String button = "#waiting button[aria-label*='" + name + "']";
      until(browser, "document.querySelector(\"" + button + "\")");
      if (name.equals(names[0])) {
        browser.photograph(PICTURES.resolve("2-waiting-" + name + ".png"));
      }
      browser.click(button);
      until(browser, "!document.querySelector(\"" + button + "\")");
      shows(browser, "#members", name);
    }
    for (DemoPeer each : group.all()) {
      each.awaitSettled(members + names.length);
    }
    shows(browser, "#who-title", Integer.toString(members + names.length));
  }

  private static void talks(DemoGroup group, Chromium browser) throws Exception {
    DemoPeer ben = group.peer("ben");
    long mark = ben.lastEvent();
    browser.click("#send-text");
    browser.type("hello from the page");
    browser.press("Enter", 13);
    ben.awaitRead("hello from the page", mark);
    ben.post(Route.SEND, new JsonObject().put("text", "hello <b>page</b>"));
    shows(browser, "#messages", "hello <b>page</b>");
    shows(browser, "#messages", "ben");
    browser.photograph(PICTURES.resolve("3-talk.png"));
  }

  /** The code is the one that the other device shows, and what was found stays found. */
  private static void compares(DemoGroup group, Chromium browser) throws Exception {
    JsonObject anna = new JsonObject().put("device", "anna");
    String code = group.peer("ben").post(Route.VERIFY, anna).getString("code");
    String card = "#members li[data-device=\"" + device(group, "ben") + "\"]";
    shows(browser, card, "not compared yet");
    for (String found : List.of("matches", "differs", "matches")) {
      browser.click("#members button[aria-label='Compare with ben']");
      until(browser, "document.getElementById('verify-dialog').open");
      shows(browser, "#verify-code", code);
      browser.click("#verify-dialog button[value=" + found + "]");
      shows(browser, card, found.equals("matches") ? "verified" : "not compared yet");
      shows(browser, "#notice", found.equals("matches") ? "ben is verified" : "Do not trust it");
    }
    JsonObject ben = member(group, "ben");
    assertThat(ben.getString("verified")).isEqualTo("verified");
    assertThat(Instant.parse(ben.getString("verifiedSince")))
        .isAfter(Instant.now().minus(PATIENCE));
    // Where it is, as the network knows it.
    assertThat(ben.getString("address")).matches("127\\.0\\.0\\.1:[1-9][0-9]*");
    shows(browser, card, ben.getString("address"));
  }

  private static JsonObject member(DemoGroup group, String name) throws Exception {
    return group.peer("anna").get(Route.MEMBERS).getJsonArray("members").stream()
        .map(JsonObject.class::cast)
        .filter(member -> member.getString("name").equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static String device(DemoGroup group, String name) throws Exception {
    return group.peer(name).get(Route.ID).getString("fingerprint");
  }

  private static void saysNo(DemoGroup group, Chromium browser) throws Exception {
    DemoPeer anna = group.peer("anna");
    long mark = anna.lastEvent();
    group.begin("finn", "--found", "no");
    group.peer("finn").awaitApi();
    String no = "#waiting button[aria-label^='No to'][aria-label*='finn']";
    until(browser, "document.querySelector(\"" + no + "\")");
    browser.click(no);
    anna.await(
        Route.EVENTS,
        "know that finn was denied",
        page -> anna.events(mark).anyMatch(event -> "denied".equals(event.getString("answer"))));
    shows(browser, "#events", "An answer was given: denied");
    group.end("finn");
    until(browser, "document.getElementById('waiting').hidden");
    assertThat(browser.is("document.querySelector('#members').innerText.includes('finn')"))
        .isFalse();
  }

  // ---- a key that travels

  /** Watches what is lit while a key travels: the line, its slot, whom it reaches. */
  private static final String WATCH =
      """
      (() => {
        window.watched = [];
        const texts = (selector, of) => [...document.querySelectorAll(selector)].map(of);
        const look = () => {
          const going = texts('#cost-lines .going', (item) => item.textContent)[0];
          const seen = JSON.stringify({
            line: going ?? null,
            slots: texts('.cell.carries', (cell) => `${cell.dataset.position}.${cell.dataset.symbol}`),
            now: texts('#reach .now', (chip) => chip.firstChild.textContent).sort(),
          });
          if (going !== undefined && window.watched.at(-1) !== seen) {
            window.watched.push(seen);
          }
        };
        window.watcher?.disconnect();
        window.watcher = new MutationObserver(look);
        window.watcher.observe(document.getElementById('cost'), {subtree: true, childList: true, attributes: true});
      })()
      """;

  private static List<JsonObject> watched(Chromium browser) throws Exception {
    return new JsonArray("[" + browser.value("window.watched.join()") + "]")
        .stream().map(JsonObject.class::cast).toList();
  }

  /** Each entry of a key as it is to be seen: the slot that it goes through, whom it reaches. */
  private static List<JsonObject> journey(JsonObject cost) {
    return cost.getJsonArray("lines").stream()
        .map(JsonObject.class::cast)
        .map(
            line ->
                new JsonObject()
                    .put(
                        "slots",
                        line.containsKey("position")
                            ? new JsonArray()
                                .add(line.getInteger("position") + "." + line.getInteger("symbol"))
                            : new JsonArray())
                    .put(
                        "now",
                        new JsonArray(
                            line.getJsonArray("to").stream()
                                .map(String::valueOf)
                                .sorted()
                                .toList())))
        .toList();
  }

  private static List<JsonObject> seen(Chromium browser) throws Exception {
    List<JsonObject> seen = watched(browser);
    seen.forEach(each -> each.remove("line"));
    return seen;
  }

  private static void makesAFreshKeyAndSeesItTravel(DemoGroup group, Chromium browser)
      throws Exception {
    DemoPeer anna = group.peer("anna");
    long mark = anna.lastEvent();
    browser.value(WATCH);
    browser.click("#rekey");
    Awaitility.await()
        .atMost(PATIENCE)
        .until(
            () -> {
              List<JsonObject> entries =
                  costs(anna, mark)
                      .filter(cost -> "anna".equals(cost.getString("by")))
                      .flatMap(cost -> journey(cost).stream())
                      .filter(entry -> !entry.getJsonArray("now").isEmpty())
                      .toList();
              return seen(browser).stream().anyMatch(entries::contains);
            });
  }

  private static void takesNobodyOfItsNameForThisDevice(DemoGroup group, Chromium browser)
      throws Exception {
    for (String maker : List.of("anna", "ben")) {
      JsonObject cost = new JsonObject().put("by", "anna").put("device", device(group, maker));
      assertThat(
              browser.value(
                  "import('/page/cost.js').then((page) => page.madeBy(" + cost.encode() + "))"))
          .as("a key that %s made, of whatever name", maker)
          .isEqualTo(maker.equals("anna") ? "This device" : "anna");
    }
  }

  private static Stream<JsonObject> costs(DemoPeer peer, long since) {
    return peer.events(since)
        .filter(event -> "rekeyed".equals(event.getString("type")))
        .map(event -> event.getJsonObject("cost"));
  }

  /** Again, from the list of keys: line by line, slot by slot, and to whom. */
  private static void seesHowTheKeyWithoutThatOneTravelled(DemoGroup group, Chromium browser)
      throws Exception {
    JsonObject cost =
        costs(group.peer("anna"), 0)
            .filter(each -> !journey(each).isEmpty() && isAmong(group, each))
            .max(Comparator.comparing(each -> slots(each).size()))
            .orElseThrow();
    String button = "#epochs tr[data-epoch='" + cost.getString("epoch") + "'] button";
    // A key that comes meanwhile takes its place: then once more.
    Awaitility.await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              browser.value(WATCH);
              browser.click(button);
              until(browser, "!document.querySelector('#cost-lines .going')");
              assertThat(seen(browser)).as(cost.encode()).isEqualTo(journey(cost));
            });
    browser.photograph(PICTURES.resolve("5-travelled.png"));
  }

  private static boolean isAmong(DemoGroup group, JsonObject cost) {
    return journey(cost).stream()
        .flatMap(entry -> entry.getJsonArray("now").stream())
        .allMatch(name -> group.names().contains(name));
  }

  private static List<Object> slots(JsonObject cost) {
    return journey(cost).stream()
        .flatMap(entry -> entry.getJsonArray("slots").stream())
        .distinct()
        .toList();
  }

  /** Two voices are needed; one is the page's. */
  private static void putsOut(DemoGroup group, Chromium browser) throws Exception {
    JsonObject dan = new JsonObject().put("device", "dan");
    final long mark = group.peer("anna").lastEvent();
    browser.click("#members button[aria-label='Put out dan']");
    until(browser, "document.getElementById('evict-dialog').open");
    browser.photograph(PICTURES.resolve("4-put-out.png"));
    browser.click("#evict-dialog button[value=yes]");
    shows(browser, "#notice", "not out yet");
    JsonObject out = group.peer("cora").post(Route.EVICT, dan.copy().put("wait", 20_000));
    assertThat(out.getBoolean("out")).as(out.encode()).isTrue();
    until(browser, "!document.querySelector('#members').innerText.includes('dan')");
    shows(browser, "#figures", " ms");
    // Another key is due some seconds later anyhow: the window ends with the first one.
    List<JsonObject> told = group.peer("anna").events(mark).toList();
    JsonObject expelled = only(told, event -> event.containsKey("expulsion"));
    JsonObject went = only(told, event -> !event.getJsonArray("went", new JsonArray()).isEmpty());
    assertThat(told.subList(told.indexOf(went), told.indexOf(expelled)))
        .filteredOn(event -> "rekeyed".equals(event.getString("type")))
        .hasSizeLessThanOrEqualTo(1);
    assertThat(group.peer("anna").get(Route.STATUS).getJsonObject("lastExpulsion"))
        .isEqualTo(expelled.getJsonObject("expulsion"));
    assertThat(expelled.getJsonObject("expulsion").getInteger("windowMillis")).isNotNegative();
    shows(browser, "#events", "put out");
    shows(browser, "#cost-lines", "reaches");
    until(browser, "document.querySelectorAll('#epochs tr').length > 1");
    browser.photograph(PICTURES.resolve("5-put-out.png"));
    DemoPeer gone = group.peer("dan");
    long since = gone.lastEvent();
    browser.click("#send-text");
    browser.type("not for dan");
    browser.press("Enter", 13);
    group.peer("eva").awaitRead("not for dan", 0);
    gone.await(
        Route.EVENTS,
        "get bytes that it cannot open",
        page -> gone.events(since).anyMatch(event -> "unopened".equals(event.getString("type"))));
    assertThat(gone.hasRead("not for dan", 0)).isFalse();
    group.end("dan");
  }

  private static JsonObject only(List<JsonObject> events, Predicate<JsonObject> which) {
    List<JsonObject> found = events.stream().filter(which).toList();
    assertThat(found).hasSize(1);
    return found.getFirst();
  }

  private static void seesAPartition(DemoGroup group, Chromium browser) throws Exception {
    group.cut(List.of("anna", "ben"), List.of("cora", "eva"));
    group.cut(List.of("cora", "eva"), List.of("anna", "ben"));
    shows(browser, "#hints", "cora");
    shows(browser, "#hints", "eva");
    shows(browser, "#members", "not heard");
    browser.photograph(PICTURES.resolve("6-parted.png"));
    group.heal();
    for (DemoPeer each : group.all()) {
      each.awaitSettled(4);
    }
    shows(browser, "#state", "settled");
    until(browser, "document.getElementById('hints').hidden");
    shows(browser, "#figures", "4 of 4");
  }

  // ---- for everybody

  private static void everybodyCanUseIt(Chromium browser) throws Exception {
    walksTheTableByKeys(browser);
    try (InputStream axe = Chromium.class.getResourceAsStream("axe.min.js")) {
      browser.value(
          new String(Objects.requireNonNull(axe).readAllBytes(), StandardCharsets.UTF_8) + ";0");
    }
    for (String scheme : List.of("light", "dark")) {
      browser.prefer(scheme);
      for (int width : List.of(1280, 360)) {
        browser.window(width, 900);
        assertThat(
                browser.is(
                    "document.documentElement.scrollWidth <= document.documentElement.clientWidth"))
            .as("nothing stands out to the side at " + width)
            .isTrue();
        assertThat(Objects.toString(browser.value(AXE))).as(scheme + ", " + width).isEqualTo("[]");
        browser.photograph(PICTURES.resolve("7-" + scheme + "-" + width + ".png"));
      }
    }
    browser.prefer("light");
    browser.window(1280, 900);
  }

  private static final String AXE =
      "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa',"
          + " 'best-practice']}).then(r => JSON.stringify(r.violations.map(v => v.id + ': '"
          + " + v.nodes.map(n => n.html + ' ' + n.failureSummary).join(' | '))))";

  private static void walksTheTableByKeys(Chromium browser) throws Exception {
    browser.value("document.querySelector('#table-box td[tabindex=\"0\"]').focus()");
    Object first = browser.value("document.getElementById('slot-told').innerText");
    browser.press("ArrowRight", 39);
    browser.press("ArrowDown", 40);
    assertThat(browser.value("document.activeElement.dataset.position")).isEqualTo("1");
    assertThat(browser.value("document.activeElement.dataset.symbol")).isEqualTo("1");
    assertThat(browser.value("document.getElementById('slot-told').innerText")).isNotEqualTo(first);
  }

  /**
   * A page of another port of this host: the nearest that another origin can be, to which the
   * browser even sends the cookie.
   */
  private static void anotherSiteCanDoNothing(DemoGroup group, Chromium browser) throws Exception {
    String page = Objects.toString(browser.value("location.origin"));
    HttpServer elsewhere =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    elsewhere.createContext(
        "/",
        exchange -> {
          byte[] html = "<!doctype html><title>elsewhere</title>".getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().add("Content-Type", "text/html");
          exchange.sendResponseHeaders(200, html.length);
          exchange.getResponseBody().write(html);
          exchange.close();
        });
    elsewhere.start();
    try {
      browser.open("http://127.0.0.1:" + elsewhere.getAddress().getPort() + "/");
      until(browser, "document.title === 'elsewhere'");
      JsonObject came =
          new JsonObject(Objects.toString(browser.value(TRIALS.replace("PAGE", page))));
      came.forEach(trial -> assertThat(trial.getValue()).as(trial.getKey()).isEqualTo("refused"));
      assertThat(came.size()).isEqualTo(4);
      for (DemoPeer each : group.all()) {
        assertThat(each.hasRead("from elsewhere", 0)).as(each.name()).isFalse();
      }
    } finally {
      elsewhere.stop(0);
    }
    browser.open(page + "/");
    shows(browser, "#state", "settled");
  }

  private static final String TRIALS =
      """
      (async () => {
        const came = {};
        const attempt = async (name, what) => {
          came[name] = await what().catch(() => 'refused');
        };
        await attempt('read', async () => (await fetch('PAGE/v1/status', {credentials: 'include'})).text());
        await attempt('health', async () => (await fetch('PAGE/health/live')).text());
        await attempt('preflight', async () => (await fetch('PAGE/v1/send', {method: 'POST',
          credentials: 'include', headers: {'Content-Type': 'application/json'},
          body: '{"text":"from elsewhere"}'})).text());
        await fetch('PAGE/v1/send', {method: 'POST', mode: 'no-cors', credentials: 'include',
          body: '{"text":"from elsewhere"}'}).catch(() => 0);
        await attempt('socket', () => new Promise((open, refused) => {
          const socket = new WebSocket('PAGE/v1/events'.replace('http', 'ws'), ['keymoot.v1']);
          socket.onopen = () => open('open');
          socket.onerror = refused;
        }));
        return JSON.stringify(came);
      })()
      """;

  private static void logsOut(Chromium browser) throws Exception {
    browser.click("#logout");
    shows(browser, "#notice", "keymoot page");
    assertThat(browser.is("document.getElementById('content').hidden")).isTrue();
    assertThat(browser.is("localStorage.length === 0")).isTrue();
  }

  // ----

  private static void shows(Chromium browser, String selector, String words) throws Exception {
    until(
        browser,
        "(document.querySelector('" + selector + "')?.innerText ?? '').includes('" + words + "')");
  }

  private static void until(Chromium browser, String expression) throws Exception {
    try {
      Awaitility.await()
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(50))
          .until(() -> browser.is(expression));
    } catch (ConditionTimeoutException e) {
      browser.photograph(PICTURES.resolve("failed.png"));
      throw new AssertionError(
          expression
              + " was not so; the page says "
              + browser.value("document.body.innerText")
              + browser.complaints(),
          e);
    }
  }
}
