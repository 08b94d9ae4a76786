package io.keymoot.simulator.report;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * A chart as data; the page draws it.
 *
 * @param note what to see in it, in a sentence
 */
public record Chart(String title, String note, Axis x, Axis y, List<Line> lines) {

  /** How the numbers of an axis are meant: linear, logarithmic, or seconds on a clock. */
  public enum Kind {
    LINEAR,
    LOG,
    TIME
  }

  public record Axis(String label, Kind kind) {
    public static Axis linear(String label) {
      return new Axis(label, Kind.LINEAR);
    }

    public static Axis log(String label) {
      return new Axis(label, Kind.LOG);
    }

    public static Axis time(String label) {
      return new Axis(label, Kind.TIME);
    }
  }

  public enum Style {
    LINE,
    STEPS,
    POINTS,
    DOTTED,
    MARKED
  }

  public record Point(double x, double y) {}

  public record Line(String name, Style style, List<Point> points) {}

  /** Lines of the page share their x: one row for each x that any of them has. */
  String json() {
    List<TreeMap<Double, Double>> byX = new ArrayList<>();
    TreeMap<Double, Boolean> all = new TreeMap<>();
    for (Line line : lines) {
      TreeMap<Double, Double> own = new TreeMap<>();
      line.points.stream()
          .filter(point -> Double.isFinite(point.x) && Double.isFinite(point.y))
          .filter(point -> x.kind != Kind.LOG || point.x > 0)
          .filter(point -> y.kind != Kind.LOG || point.y > 0)
          .forEach(point -> own.put(point.x, point.y));
      byX.add(own);
      own.keySet().forEach(at -> all.put(at, true));
    }
    JsonText out = new JsonText();
    out.object();
    axis(out.name("x"), x);
    axis(out.name("y"), y);
    out.name("lines").array();
    for (Line line : lines) {
      out.object().field("name", line.name).field("style", line.style.name()).end();
    }
    out.end();
    out.name("data").array();
    out.array();
    all.keySet().forEach(out::number);
    out.end();
    for (TreeMap<Double, Double> own : byX) {
      out.array();
      for (Double at : all.keySet()) {
        Double value = own.get(at);
        if (value == null) {
          out.nothing();
        } else {
          out.number(value);
        }
      }
      out.end();
    }
    out.end().end();
    return out.toString();
  }

  private static void axis(JsonText out, Axis axis) {
    out.object()
        .field("label", axis.label)
        .field("kind", axis.kind.name().toLowerCase(java.util.Locale.ROOT))
        .end();
  }
}
