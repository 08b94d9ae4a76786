package io.keymoot.simulator.report;

import io.keymoot.simulator.result.SlotTable;
import java.util.Locale;

/** The slot table as a picture: a column for each position, a cell for each symbol. */
final class HeatMap {
  private static final int CELL = 22;
  private static final int LEFT = 26;
  private static final int TOP = 4;

  private HeatMap() {}

  static String svg(SlotTable table) {
    int columns = table.slots().size() / table.radix();
    int height = table.radix() > 4 ? 14 : CELL;
    int width = LEFT + columns * CELL;
    int most = table.slots().stream().mapToInt(SlotTable.Cell::members).max().orElse(1);
    StringBuilder out = new StringBuilder();
    out.append(
        String.format(
            Locale.ROOT,
            "<svg class=\"heat\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"slot table\">",
            width,
            TOP + table.radix() * height + 16));
    for (int symbol = 0; symbol < table.radix(); symbol++) {
      int y = TOP + symbol * height;
      out.append(text(4, y + height * 0.7, Integer.toHexString(symbol)));
      for (int position = 0; position < columns; position++) {
        SlotTable.Cell cell = table.slots().get(position * table.radix() + symbol);
        int x = LEFT + position * CELL;
        double share = most == 0 ? 0 : cell.members() / (double) most;
        String hover =
            String.format(
                Locale.ROOT,
                "slot %d.%x: %d members, %d hold its key, %s",
                position,
                symbol,
                cell.members(),
                cell.having(),
                cell.clean()
                    ? "clean"
                    : "not clean: somebody who is out held it, or it has no key");
        double held = cell.members() == 0 ? 0 : cell.having() / (double) cell.members();
        String colour = cell.clean() ? "var(--c2)" : "var(--c1)";
        out.append("<g><title>").append(Page.escaped(hover)).append("</title>");
        out.append(rect(x, y, CELL - 2, height - 2, colour, 0.08 + 0.3 * share));
        // The filled part of a cell is the share of its members that hold the key.
        out.append(rect(x, y, (CELL - 2) * held, height - 2, colour, 0.25 + 0.6 * share));
        out.append("</g>");
      }
    }
    for (int position = 0; position < columns; position += 4) {
      out.append(
          text(LEFT + position * CELL + 4, TOP + table.radix() * height + 11, "" + position));
    }
    return out.append("</svg>").toString();
  }

  private static String rect(
      double x, double y, double width, double height, String colour, double opacity) {
    return String.format(
        Locale.ROOT,
        "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"2\" fill=\"%s\""
            + " fill-opacity=\"%.2f\"/>",
        x,
        y,
        width,
        height,
        colour,
        opacity);
  }

  private static String text(double x, double y, String words) {
    return String.format(Locale.ROOT, "<text x=\"%.1f\" y=\"%.1f\">%s</text>", x, y, words);
  }
}
