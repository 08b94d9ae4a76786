package io.keymoot.daemon;

import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;

/**
 * What people see. Colours only where a person looks: on a terminal, unless NO_COLOR says no. What
 * came over the network is printed without control characters, which could repaint the terminal.
 */
final class Console {
  private final PrintWriter out;
  private final PrintWriter err;
  private final boolean terminal;
  private final boolean colours;

  private Console(PrintWriter out, PrintWriter err, boolean terminal, boolean colours) {
    this.out = out;
    this.err = err;
    this.terminal = terminal;
    this.colours = colours;
  }

  static Console of(CommandLine line) {
    String no = Environment.get("NO_COLOR");
    boolean forbidden = no != null && !no.isEmpty();
    boolean terminal = isTerminal();
    boolean dumb = "dumb".equals(Environment.get("TERM"));
    return new Console(line.getOut(), line.getErr(), terminal, terminal && !forbidden && !dumb);
  }

  /** Whether somebody looks, and not a file or a log. */
  boolean isForPerson() {
    return terminal;
  }

  /** From Java 22 on there may be a console that is no terminal, and a way to ask it. */
  private static boolean isTerminal() {
    java.io.Console console = System.console();
    if (console == null) {
      return false;
    }
    try {
      return (Boolean) java.io.Console.class.getMethod("isTerminal").invoke(console);
    } catch (ReflectiveOperationException before22) {
      return true;
    }
  }

  /**
   * @param text made by {@link #safe}, or of our own words alone
   */
  void say(String text) {
    out.println(text);
    out.flush();
  }

  /** For whoever looks, and not for the file that the output may go to. */
  void aside(String text) {
    err.println(text);
    err.flush();
  }

  void json(JsonObject json) {
    out.println(json.encodePrettily());
    out.flush();
  }

  /** One object a line, for what goes on. */
  void jsonLine(JsonObject json) {
    out.println(json.encode());
    out.flush();
  }

  String good(String text) {
    return painted("32", text);
  }

  String warn(String text) {
    return painted("33", text);
  }

  String bad(String text) {
    return painted("31", text);
  }

  String faint(String text) {
    return painted("2", text);
  }

  private String painted(String colour, String text) {
    return colours ? "\u001b[" + colour + 'm' + safe(text) + "\u001b[0m" : text;
  }

  /** Control characters and such as change the direction of writing become question marks. */
  static String safe(String text) {
    StringBuilder safe = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            c -> {
              int type = Character.getType(c);
              boolean harmless =
                  c == '\n'
                      || !(type == Character.CONTROL
                          || type == Character.FORMAT
                          || type == Character.LINE_SEPARATOR
                          || type == Character.PARAGRAPH_SEPARATOR
                          || type == Character.SURROGATE);
              safe.appendCodePoint(harmless ? c : '?');
            });
    return safe.toString();
  }

  /** Columns as wide as what is in them. */
  final class Columns {
    private final List<String[]> rows = new ArrayList<>();

    Columns row(String... cells) {
      String[] safe = new String[cells.length];
      for (int i = 0; i < cells.length; i++) {
        safe[i] = safe(cells[i]).replace('\n', ' ');
      }
      rows.add(safe);
      return this;
    }

    void print() {
      int[] widths = new int[rows.stream().mapToInt(row -> row.length).max().orElse(0)];
      for (String[] row : rows) {
        for (int i = 0; i < row.length; i++) {
          widths[i] = Math.max(widths[i], row[i].length());
        }
      }
      for (String[] row : rows) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < row.length; i++) {
          line.append(row[i]);
          if (i < row.length - 1) {
            line.append(" ".repeat(widths[i] - row[i].length() + 2));
          }
        }
        out.println(line.toString().stripTrailing());
      }
      out.flush();
    }
  }
}
