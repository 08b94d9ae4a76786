package io.keymoot.benchmarks.compare;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What the command line asks for.
 *
 * @param isQuick three minutes, else thirty
 * @param sections which to run
 */
record Options(boolean isQuick, Path out, List<String> sections) {
  static final List<String> SECTIONS =
      List.of("membership", "growth", "erasure", "frames", "transport");

  static final String USAGE =
      """
      usage: compare [--quick | --full] [--out DIR] [--only SECTION,…]
        --quick      3 minutes at most (the default)
        --full       30 minutes at most
        --out DIR    where compare.json, compare.md and compare.html go; default: compare-results
        --only …     some of: membership, growth, erasure, frames, transport
      """;

  /** No step begins that would take the run beyond. */
  long limitSeconds() {
    return isQuick ? 180 : 1_800;
  }

  /** The options, or what is wrong with them. */
  sealed interface Parsed {
    record Good(Options options) implements Parsed {}

    record Bad(String why) implements Parsed {}

    record Help() implements Parsed {}
  }

  static Parsed parse(String... args) {
    boolean isQuick = true;
    Path out = Path.of("compare-results");
    List<String> sections = SECTIONS;
    List<String> rest = new ArrayList<>(List.of(args));
    while (!rest.isEmpty()) {
      String option = rest.remove(0);
      switch (option) {
        case "--quick" -> isQuick = true;
        case "--full" -> isQuick = false;
        case "--help", "-h" -> {
          return new Parsed.Help();
        }
        case "--out", "--only" -> {
          if (rest.isEmpty()) {
            return new Parsed.Bad(option + " needs a value");
          }
          String value = rest.remove(0);
          if (option.equals("--out")) {
            out = Path.of(value);
          } else {
            sections = List.of(value.split(",", -1));
            for (String section : sections) {
              if (!SECTIONS.contains(section)) {
                return new Parsed.Bad(
                    "no section is called '" + section + "': " + String.join(", ", SECTIONS));
              }
            }
          }
        }
        default -> {
          return new Parsed.Bad("no such option: " + option);
        }
      }
    }
    return new Parsed.Good(new Options(isQuick, out, sections));
  }
}
