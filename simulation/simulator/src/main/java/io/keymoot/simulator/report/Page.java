package io.keymoot.simulator.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * One HTML file that needs nothing else: its styles, its script and uPlot (MIT) stand in it. Light
 * or dark, as the reader's system is.
 */
public final class Page {
  /**
   * A figure worth a look from afar.
   *
   * @param mood "good", "bad" or empty
   */
  public record Tile(String figure, String caption, String mood) {}

  private final StringBuilder body = new StringBuilder();
  private final String title;
  private boolean isInCharts;

  public Page(String title, String lead) {
    this.title = title;
    body.append("<h1>").append(escaped(title)).append("</h1>\n");
    body.append("<p class=\"lead\">").append(escaped(lead)).append("</p>\n");
  }

  public Page section(String heading, String words) {
    endCharts();
    body.append("<h2>").append(escaped(heading)).append("</h2>\n");
    return words.isEmpty() ? this : words(words);
  }

  public Page words(String words) {
    endCharts();
    body.append("<p>").append(escaped(words)).append("</p>\n");
    return this;
  }

  /** Many sentences, each apart, in small print. */
  public Page notes(List<String> notes) {
    endCharts();
    body.append("<ul class=\"notes\">\n");
    notes.forEach(note -> body.append("<li>").append(escaped(note)).append("</li>\n"));
    body.append("</ul>\n");
    return this;
  }

  public Page code(String code) {
    endCharts();
    body.append("<p><code>").append(escaped(code)).append("</code></p>\n");
    return this;
  }

  public Page tiles(List<Tile> tiles) {
    endCharts();
    body.append("<div class=\"tiles\">\n");
    for (Tile tile : tiles) {
      body.append("<div class=\"tile\"><b class=\"").append(tile.mood()).append("\">");
      body.append(escaped(tile.figure())).append("</b><span>").append(escaped(tile.caption()));
      body.append("</span></div>\n");
    }
    body.append("</div>\n");
    return this;
  }

  /** A cell that begins with ✓ or ✗ is shown in its colour; the first column is words. */
  public Page table(List<String> head, List<List<String>> rows) {
    endCharts();
    body.append("<div class=\"table\"><table><thead><tr>");
    List<Boolean> areWords = new ArrayList<>();
    for (int i = 0; i < head.size(); i++) {
      int column = i;
      areWords.add(rows.stream().anyMatch(row -> isWords(row.get(column))));
      body.append(areWords.get(i) ? "<th class=\"words\">" : "<th>").append(escaped(head.get(i)));
      body.append("</th>");
    }
    body.append("</tr></thead><tbody>\n");
    for (List<String> row : rows) {
      body.append("<tr>");
      for (int i = 0; i < row.size(); i++) {
        String cell = row.get(i);
        String mood = cell.startsWith("✓") ? "good" : cell.startsWith("✗") ? "bad" : "";
        body.append("<td class=\"").append(mood);
        body.append(areWords.get(i) ? " words" : "").append("\">");
        body.append(escaped(cell)).append("</td>");
      }
      body.append("</tr>\n");
    }
    body.append("</tbody></table></div>\n");
    return this;
  }

  private static boolean isWords(String cell) {
    return cell.length() > 24;
  }

  public Page chart(Chart chart) {
    beginChart(chart.title(), chart.note());
    body.append("<div class=\"plot\"></div><script type=\"application/json\">");
    body.append(chart.json()).append("</script></div>\n");
    return this;
  }

  /** A drawing made elsewhere: markup that is trusted. */
  Page drawing(String drawingTitle, String note, String svg) {
    beginChart(drawingTitle, note);
    body.append(svg).append("</div>\n");
    return this;
  }

  private void beginChart(String chartTitle, String note) {
    if (!isInCharts) {
      body.append("<div class=\"charts\">\n");
      isInCharts = true;
    }
    body.append("<div class=\"chart\"><h3>").append(escaped(chartTitle)).append("</h3>");
    body.append("<p class=\"note\">").append(escaped(note)).append("</p>");
  }

  private void endCharts() {
    if (isInCharts) {
      body.append("</div>\n");
      isInCharts = false;
    }
  }

  public String html() {
    endCharts();
    return "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
        + "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        + "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
        + "style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n<title>"
        + escaped(title)
        + "</title>\n<style>"
        + resource("uPlot.min.css")
        + resource("page.css")
        + "</style></head>\n<body>\n"
        + body
        + "<footer>Charts by uPlot, MIT licence, © Leon Sorokin. Drag across a chart to zoom,"
        + " double-click to see all again.</footer>\n<script>"
        + resource("uPlot.iife.min.js")
        + "</script>\n<script>"
        + resource("page.js")
        + "</script>\n</body></html>\n";
  }

  static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }

  private static String resource(String name) {
    try (InputStream in = Page.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("the build left out " + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
